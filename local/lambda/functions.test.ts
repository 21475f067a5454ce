import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Service } from '../kernel/service.ts';
import { sqsService } from '../sqs/service.ts';
import { lambdaService } from './service.ts';
import { ACCOUNT, refusal, type TestCloud, testCloud } from './test-cloud.ts';
import { writeZip } from './zip.ts';

const ROLE = `arn:aws:iam::${ACCOUNT}:role/worker`;
const ARN = `arn:aws:lambda:us-east-1:${ACCOUNT}:function:step`;
const CODE = writeZip({ 'index.mjs': 'export const handler = async () => process.env.AWS_LAMBDA_FUNCTION_VERSION' });
const INPUT = {
  FunctionName: 'step',
  Runtime: 'nodejs24.x',
  Handler: 'index.handler',
  Role: ROLE,
  Code: { ZipFile: CODE },
};
const objects: Record<string, Uint8Array> = { 'assets/code.zip': CODE };
/** What `Code.S3Bucket` is fetched from. */
const bucket: Service = {
  name: 's3',
  protocol: { kind: 'rest-xml' },
  operations: { GetObject: { handle: (input) => ({ Body: objects[`${input.Bucket}/${input.Key}`] }) } },
};

let test: TestCloud;
beforeEach(async () => {
  test = await testCloud([() => bucket, sqsService, (cloud) => lambdaService(cloud)]);
});
afterEach(() => test.cloud.stop());

const call = <Output = Record<string, unknown>>(operation: string, input: object = {}) =>
  test.call<Output>('lambda', operation, { FunctionName: 'step', ...input });
const active = () => test.cloud.clock.sleep(500);
const invoke = async (FunctionName: string) => {
  const { Payload, ExecutedVersion } = await call<{ Payload: Uint8Array; ExecutedVersion: string }>('Invoke', {
    FunctionName,
  });
  return [JSON.parse(Buffer.from(Payload).toString()), ExecutedVersion];
};

describe('CreateFunction', () => {
  it('makes a function that is Pending at first and Active after a while', async () => {
    expect(await call('CreateFunction', INPUT)).toMatchObject({
      State: 'Pending',
      FunctionArn: ARN,
      Timeout: 3,
      MemorySize: 128,
      Version: '$LATEST',
    });
    expect((await refusal(call('Invoke'))).message).toContain('currently in the following state: Pending');
    await active();
    expect(await call('GetFunctionConfiguration')).toMatchObject({ State: 'Active', LastUpdateStatus: 'Successful' });
    expect((await refusal(call('CreateFunction', INPUT))).message).toBe('Function already exist: step');
  });

  it('takes code from a bucket', async () => {
    await call('CreateFunction', { ...INPUT, Code: { S3Bucket: 'assets', S3Key: 'code.zip' } });
    await active();
    expect(await invoke('step')).toEqual(['$LATEST', '$LATEST']);
    const { Code } = await call<{ Code: { Location: string } }>('GetFunction');
    const path = new URL(Code.Location).pathname.replace('/_local/lambda', '');
    const download = (wanted: string) =>
      test.cloud.services
        .get('lambda')
        ?.routes?.({ method: 'GET', path: wanted, query: new URLSearchParams(), headers: {}, body: new Uint8Array() });
    expect(Buffer.from((await download(path))?.body ?? '').equals(CODE)).toBe(true);
    expect((await download('/code/..%2F..%2Fstate.sqlite'))?.status).toBe(404);
  });

  it('starts one worker when the function becomes Active, so that the first invocation is warm', async () => {
    await call('CreateFunction', INPUT);
    await active();
    await invoke('step');
    expect(test.events.at(-1)).toMatchObject({ type: 'lambda.invoked', detail: { coldStart: false } });
  });

  it('goes on prewarming after a role has vanished meanwhile', async () => {
    const gone = `arn:aws:iam::${ACCOUNT}:role/gone`;
    await call('CreateFunction', { ...INPUT, FunctionName: 'orphan', Role: gone });
    test.missingRoles.add(gone);
    await active();
    expect((await refusal(call('Invoke', { FunctionName: 'orphan' }))).message).toBe(
      'The role defined for the function cannot be assumed by Lambda.',
    );
    await call('CreateFunction', INPUT);
    await active();
    expect(await invoke('step')).toEqual(['$LATEST', '$LATEST']);
    expect(test.events.at(-1)).toMatchObject({ detail: { functionName: 'step', coldStart: false } });
  });

  it.each([
    [
      'a role that Lambda cannot assume',
      { Role: `arn:aws:iam::${ACCOUNT}:role/new` },
      'InvalidParameterValueException',
      'The role defined for the function cannot be assumed by Lambda.',
    ],
    [
      'a role of another account',
      { Role: 'arn:aws:iam::222222222222:role/x' },
      'AccessDeniedException',
      'Cross-account pass role is not allowed.',
    ],
    ['an unknown runtime', { Runtime: 'nodejs99.x' }, 'InvalidParameterValueException', 'nodejs99.x'],
    ['no code', { Code: {} }, 'InvalidParameterValueException', 'Please provide a source for function code.'],
    [
      'a broken archive',
      { Code: { ZipFile: Buffer.from('no zip at all, only some text') } },
      'InvalidParameterValueException',
      'Could not unzip uploaded file',
    ],
    ['too long a timeout', { Timeout: 901 }, 'ValidationException', "'timeout'"],
    ['too little memory', { MemorySize: 64 }, 'ValidationException', "'memorySize'"],
    [
      'a reserved variable',
      { Environment: { Variables: { AWS_REGION: 'x' } } },
      'InvalidParameterValueException',
      'Reserved keys used in this request: AWS_REGION',
    ],
    [
      'too large an environment',
      { Environment: { Variables: { BIG: 'x'.repeat(4096) } } },
      'InvalidParameterValueException',
      '4KB limit',
    ],
    [
      'layers',
      { Layers: ['arn:aws:lambda:us-east-1:1:layer:a:1'] },
      'InvalidParameterValueException',
      'does not support Layers',
    ],
  ])('refuses %s', async (_what, wrong, code, text) => {
    test.missingRoles.add(`arn:aws:iam::${ACCOUNT}:role/new`);
    const error = await refusal(call('CreateFunction', { ...INPUT, ...wrong }));
    expect(error.code).toBe(code);
    expect(error.message).toContain(text);
    expect((await refusal(call('GetFunction'))).message).toBe(`Function not found: ${ARN}`);
  });

  it('needs iam:PassRole for the role', async () => {
    await call('CreateFunction', INPUT);
    expect(test.checked).toContainEqual({
      action: 'iam:PassRole',
      resource: ROLE,
      conditions: { 'iam:PassedToService': 'lambda.amazonaws.com' },
    });
  });
});

describe('changes', () => {
  it('replace the workers and are refused while another is in progress', async () => {
    await call('CreateFunction', INPUT);
    await active();
    await invoke('step');
    const changed = writeZip({ 'index.mjs': 'export const handler = async () => "new " + process.env.STAGE' });
    expect(await call('UpdateFunctionCode', { ZipFile: changed })).toMatchObject({
      LastUpdateStatus: 'InProgress',
      State: 'Active',
    });
    expect((await refusal(call('UpdateFunctionConfiguration', { Timeout: 9 }))).message).toBe(
      `The operation cannot be performed at this time. An update is in progress for resource: ${ARN}`,
    );
    await active();
    await call('UpdateFunctionConfiguration', { Environment: { Variables: { STAGE: 'two' } } });
    await active();
    expect((await invoke('step'))[0]).toBe('new two');
    expect(await call('GetFunctionConfiguration')).toMatchObject({
      Timeout: 3,
      Environment: { Variables: { STAGE: 'two' } },
    });
  });

  it('leave published versions and their aliases as they were', async () => {
    await call('CreateFunction', INPUT);
    await active();
    expect(await call('PublishVersion')).toMatchObject({ Version: '1', FunctionArn: `${ARN}:1` });
    expect(await call('PublishVersion')).toMatchObject({ Version: '1' });
    await call('CreateAlias', { Name: 'live', FunctionVersion: '1' });
    await call('UpdateFunctionCode', {
      ZipFile: writeZip({ 'index.mjs': 'export const handler = async () => "new"' }),
    });
    await active();
    expect(await invoke('step:live')).toEqual(['1', '1']);
    expect(await invoke('step')).toEqual(['new', '$LATEST']);
    expect((await refusal(call('DeleteFunction', { Qualifier: '1' }))).code).toBe('ResourceConflictException');
    await call('DeleteAlias', { Name: 'live' });
    await call('DeleteFunction', { Qualifier: '1' });
    expect(await call('PublishVersion')).toMatchObject({ Version: '2' });
    expect((await refusal(invoke('step:1'))).code).toBe('ResourceNotFoundException');
  });
});
