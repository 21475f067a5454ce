/** Bad input over HTTP: an AWS-shaped error for each, and a service that goes on. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type LocalCloud, startLocalCloud } from '../local-cloud.ts';

const ROLE = 'arn:aws:iam::111111111111:role/machine';
const ARN = 'arn:aws:states:us-east-1:111111111111';
const AUTHORIZATION =
  'AWS4-HMAC-SHA256 Credential=111111111111/20260101/us-east-1/states/aws4_request, SignedHeaders=host, Signature=x';
const PASS = JSON.stringify({ StartAt: 'A', States: { A: { Type: 'Pass', End: true } } });

let local: LocalCloud;
beforeAll(async () => {
  local = await startLocalCloud({ port: 0, services: ['states', 'events'] });
});
afterAll(() => local.stop());

async function post(operation: string, body: string | Uint8Array<ArrayBuffer>) {
  const response = await fetch(local.endpoint, {
    method: 'POST',
    headers: {
      'x-amz-target': `AWSStepFunctions.${operation}`,
      'content-type': 'application/x-amz-json-1.0',
      authorization: AUTHORIZATION,
    },
    body,
  });
  return { status: response.status, answer: (await response.json()) as Record<string, string> };
}

const call = (operation: string, input: object) => post(operation, JSON.stringify(input));

/** Runs one state on `input` (a value, or JSON text) to its end. */
async function run(state: object, input: unknown = {}) {
  const definition = JSON.stringify({ StartAt: 'A', States: { A: { Type: 'Pass', End: true, ...state } } });
  const name = `machine-${Math.random()}`;
  const { answer: machine } = await call('CreateStateMachine', { name, definition, roleArn: ROLE });
  const text = typeof input === 'string' ? input : JSON.stringify(input);
  const { answer } = await call('StartExecution', { stateMachineArn: machine['stateMachineArn'], input: text });
  for (;;) {
    const { answer: execution } = await call('DescribeExecution', { executionArn: answer['executionArn'] });
    if (execution['status'] !== 'RUNNING') return execution;
  }
}

const nested = (depth: number) => `${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}`;
const definitionOf = (text: string) => ({ name: 'm', roleArn: ROLE, definition: text });

describe('requests', () => {
  it.each<[string, string | Uint8Array<ArrayBuffer>, string]>([
    ['StartExecution', '{', 'SerializationException'],
    ['StartExecution', '[]', 'SerializationException'],
    ['StartExecution', 'null', 'SerializationException'],
    ['StartExecution', new Uint8Array([0xff, 0xfe, 0x7b]), 'SerializationException'],
    ['StartExecution', '', 'ValidationException'],
    ['ListStateMachines', '['.repeat(100_000), 'SerializationException'],
    ['DescribeStateMachine', '{"stateMachineArn":5}', 'SerializationException'],
  ])('%s with a body that is no request is refused (%#)', async (operation, body, type) => {
    const { status, answer } = await post(operation, body);
    expect({ status, type: answer['__type'] }).toEqual({ status: 400, type });
  });

  it.each(['NoSuchOperation', '__proto__', 'constructor', ''])('the operation "%s" is unknown', async (operation) => {
    const { status, answer } = await post(operation, '{}');
    expect(status).toBeGreaterThanOrEqual(400);
    expect(answer).toMatchObject({ __type: 'UnknownOperationException', message: expect.stringContaining('states') });
  });

  it.each<[string, object, string]>([
    ['DescribeStateMachine', { stateMachineArn: 'arn' }, 'InvalidArn'],
    ['DescribeStateMachine', { stateMachineArn: 'x'.repeat(257) }, 'ValidationException'],
    ['DescribeStateMachine', { stateMachineArn: `${ARN}:stateMachine:../..` }, 'StateMachineDoesNotExist'],
    ['DescribeExecution', { executionArn: `${ARN}:stateMachine:x` }, 'InvalidArn'],
    ['GetExecutionHistory', { executionArn: `${ARN}:execution:x:y` }, 'ExecutionDoesNotExist'],
    ['ListStateMachines', { nextToken: 'bogus' }, 'InvalidToken'],
    ['ListStateMachines', { maxResults: 100_000 }, 'ValidationException'],
    ['SendTaskSuccess', { taskToken: 'bogus', output: '{}' }, 'InvalidToken'],
    ['SendTaskSuccess', { taskToken: 'x'.repeat(3000), output: '{}' }, 'ValidationException'],
    ['SendTaskSuccess', { taskToken: 'bogus', output: '{' }, 'InvalidOutput'],
    ['CreateStateMachine', { name: 'x'.repeat(81), definition: PASS, roleArn: ROLE }, 'ValidationException'],
    ['CreateStateMachine', { name: 'a b', definition: PASS, roleArn: ROLE }, 'InvalidName'],
    ['CreateStateMachine', { name: 'a', definition: PASS, roleArn: 'bad' }, 'InvalidArn'],
  ])('%s refuses %o', async (operation, input, type) => {
    const { status, answer } = await call(operation, input);
    expect({ status, type: answer['__type'] }).toEqual({ status: 400, type });
  });
});

describe('definitions', () => {
  it('of 1 MB are accepted, larger ones refused', async () => {
    const padding = 'x'.repeat(1_048_576 - PASS.length - '"Comment":"",'.length);
    const largest = PASS.replace('{', `{"Comment":"${padding}",`);
    expect(largest).toHaveLength(1_048_576);
    expect((await call('CreateStateMachine', definitionOf(largest))).status).toBe(200);
    const { answer } = await call('CreateStateMachine', definitionOf(`${largest} `));
    expect(answer['__type']).toBe('ValidationException');
  });

  it('with 5,000 states are accepted', async () => {
    const states = Array.from({ length: 5000 }, (_, i) => [
      `S${i}`,
      { Type: 'Pass', ...(i < 4999 ? { Next: `S${i + 1}` } : { End: true }) },
    ]);
    const definition = JSON.stringify({ StartAt: 'S0', States: Object.fromEntries(states) });
    expect((await call('CreateStateMachine', { ...definitionOf(definition), name: 'many' })).status).toBe(200);
  });

  it.each([nested(100_000), '['.repeat(500_000), '{', 'null', '"text"'])(
    'that are hostile are refused (%#)',
    async (text) => {
      const { status, answer } = await call('CreateStateMachine', { ...definitionOf(text), name: 'hostile' });
      expect({ status, type: answer['__type'] }).toEqual({ status: 400, type: 'InvalidDefinition' });
    },
  );
});

describe('hostile data and expressions end as the execution’s own failure', () => {
  const jsonata = (Output: string) => ({ QueryLanguage: 'JSONata', Output });
  it.each<[string, object, unknown, string]>([
    ['deep JSONPath', { Parameters: { 'x.$': '$..a' } }, nested(20_000), 'States.Runtime'],
    ['deep JSONata', jsonata('{% $string($states.input) %}'), nested(20_000), 'States.QueryEvaluationError'],
    [
      'slow regular expression',
      jsonata('{% $match($states.input.a, /(a+)+$/) %}'),
      { a: `${'a'.repeat(40)}!` },
      'States.QueryEvaluationError',
    ],
    [
      'slow regular expression in a filter',
      { Parameters: { 'x.$': '$[?(@.a =~ /(a+)+$/)]' } },
      [{ a: `${'a'.repeat(40)}!` }],
      'States.Runtime',
    ],
    ['endless recursion', jsonata('{% ($f:=function($x){$f($x)+1};$f(1)) %}'), {}, 'States.QueryEvaluationError'],
    ['huge range', jsonata('{% [1..9999999] %}'), {}, 'States.DataLimitExceeded'],
    ['huge padding', jsonata('{% $pad("x",999999999) %}'), {}, 'States.QueryEvaluationError'],
    ['huge array', { Parameters: { 'x.$': 'States.ArrayRange(0,999999999,1)' } }, {}, 'States.IntrinsicFailure'],
    ['prototype', { Parameters: { 'y.$': '$.__proto__' }, ResultPath: '$.__proto__.polluted' }, {}, 'States.Runtime'],
  ])('%s', async (_name, state, input, error) => {
    expect(await run(state, input)).toMatchObject({ status: 'FAILED', error });
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  });

  it('wildcards built to be slow are matched in time', async () => {
    const definition = JSON.stringify({
      StartAt: 'A',
      States: {
        A: {
          Type: 'Choice',
          Choices: [{ Variable: '$.a', StringMatches: `${'*a'.repeat(60)}*b`, Next: 'B' }],
          Default: 'B',
        },
        B: { Type: 'Pass', Result: 'through', End: true },
      },
    });
    const { answer } = await call('CreateStateMachine', { ...definitionOf(definition), name: 'wildcards' });
    const input = JSON.stringify({ a: 'a'.repeat(100_000) });
    await call('StartExecution', { stateMachineArn: answer['stateMachineArn'], input, name: 'one' });
    const executionArn = `${ARN}:execution:wildcards:one`;
    await expect
      .poll(async () => (await call('DescribeExecution', { executionArn })).answer['status'], { interval: 1 })
      .toBe('SUCCEEDED');
  });

  it('while one computes without end, others go on', async () => {
    const endless = run(jsonata('{% $sum([1..3000].($x:=$;[1..3000].($x*$))) %}'));
    const others = await Promise.all(Array.from({ length: 20 }, () => run({})));
    expect(others.every(({ status }) => status === 'SUCCEEDED')).toBe(true);
    expect(await endless).toMatchObject({ status: 'FAILED', error: 'States.QueryEvaluationError' });
  });
});
