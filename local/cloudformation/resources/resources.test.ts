// biome-ignore-all lint/suspicious/noTemplateCurlyInString: substitutions of a definition
import { describe, expect, it } from 'vitest';
import { AwsError } from '../../kernel/errors.ts';
import type { Properties, ResourceProvider, ResourceRequest, ResourceState } from '../resource-provider.ts';
import { resourceProviders } from './all.ts';

type Answers = Record<string, (input: Properties) => unknown>;
interface Recorded {
  request: ResourceRequest;
  calls: [operation: string, input: Properties][];
}

/** A request whose calls are recorded and answered from a table. */
function recorded(properties: Properties, answers: Answers = {}, more: Partial<ResourceRequest> = {}): Recorded {
  const calls: Recorded['calls'] = [];
  const request: ResourceRequest = {
    logicalId: 'It',
    type: 'test',
    properties,
    name: 'Stack-It-1',
    tags: [],
    resumed: false,
    stack: { stackId: 'arn:stack', stackName: 'Stack', accountId: '111111111111', region: 'us-east-1' },
    token: '00000000-0000-4000-8000-000000000000',
    async call(service, operation, input) {
      const name = `${service}:${operation}`;
      calls.push([name, input as Properties]);
      return answers[name]?.(input as Properties) ?? {};
    },
    initiated: () => undefined,
    async waitUntil(check) {
      for (let tries = 0; !(await check()); tries++) if (tries > 5) throw new Error('never ready');
    },
    ...more,
  };
  return { request, calls };
}

function provider(type: string): ResourceProvider {
  const found = resourceProviders().get(type);
  if (!found) throw new Error(`no provider of ${type}`);
  return found;
}

const fails = (code: string) => () => {
  throw new AwsError(code, code);
};

describe.each([...resourceProviders().values()])('$type', (subject) => {
  it('declares every property it replaces on, requires or names by', () => {
    const named = [...subject.replaceOn, ...(subject.required ?? []), ...(subject.name ? [subject.name.property] : [])];
    expect(named.filter((name) => !subject.properties.includes(name))).toEqual([]);
  });
});

describe('AWS::StepFunctions::StateMachine', () => {
  it('puts substitutions into a definition from S3 and keeps the JSON whole', async () => {
    const definition = '{"Fn":"${Fn}","Say":"${Text}","Jsonata":"{% ${unknown} %}"}';
    const { request, calls } = recorded(
      {
        RoleArn: 'role',
        DefinitionS3Location: { Bucket: 'b', Key: 'k' },
        DefinitionSubstitutions: { Fn: 'arn:fn', Text: 'say "hi"' },
      },
      {
        'states:DescribeStateMachine': (() => {
          let asked = 0;
          return () => (asked++ === 0 ? fails('StateMachineDoesNotExist')() : { name: 'Stack-It-1' });
        })(),
        's3:GetObject': () => ({ Body: Buffer.from(definition) }),
        'states:CreateStateMachine': () => ({ stateMachineArn: 'arn:machine' }),
      },
    );
    const state = await provider('AWS::StepFunctions::StateMachine').create(request);
    const created = calls.find(([name]) => name === 'states:CreateStateMachine')?.[1];
    expect(JSON.parse(created?.definition)).toEqual({ Fn: 'arn:fn', Say: 'say "hi"', Jsonata: '{% ${unknown} %}' });
    expect(state).toMatchObject({ physicalId: 'arn:machine', attributes: { StateMachineRevisionId: 'INITIAL' } });
  });

  it('refuses a name that is taken, unless an earlier try may have made it', async () => {
    const answers = {
      'states:CreateStateMachine': () => ({ stateMachineArn: 'arn' }),
      'states:DescribeStateMachine': () => ({ name: 'n' }),
    };
    const properties = { RoleArn: 'role', DefinitionString: '{}' };
    const subject = provider('AWS::StepFunctions::StateMachine');
    await expect(subject.create(recorded(properties, answers).request)).rejects.toThrow('already exists');
    await expect(subject.create(recorded(properties, answers, { resumed: true }).request)).resolves.toMatchObject({
      physicalId: 'arn',
    });
  });
});

describe('AWS::Events::Rule', () => {
  const properties = {
    EventBusName: 'bus',
    EventPattern: { source: ['x'] },
    Targets: [{ Id: 'T', Arn: 'arn', RetryPolicy: { MaximumRetryAttempts: '3' } }],
  };
  const absent: Answers = { 'events:DescribeRule': fails('ResourceNotFoundException') };

  it('is known by bus and name', async () => {
    const { request, calls } = recorded(properties, absent);
    const state = await provider('AWS::Events::Rule').create(request);
    expect(state).toEqual({
      physicalId: 'bus|Stack-It-1',
      attributes: { Arn: 'arn:aws:events:us-east-1:111111111111:rule/bus/Stack-It-1' },
    });
    expect(calls.at(-1)).toEqual([
      'events:PutTargets',
      {
        Rule: 'Stack-It-1',
        EventBusName: 'bus',
        Targets: [{ Id: 'T', Arn: 'arn', RetryPolicy: { MaximumRetryAttempts: 3 } }],
      },
    ]);
  });

  it('fails when one target failed', async () => {
    const FailedEntries = [{ TargetId: 'T', ErrorCode: 'LimitExceeded', ErrorMessage: 'too many' }];
    const { request } = recorded(properties, {
      ...absent,
      'events:PutTargets': () => ({ FailedEntryCount: 1, FailedEntries }),
    });
    await expect(provider('AWS::Events::Rule').create(request)).rejects.toThrow('too many (target T)');
  });
});

describe('AWS::IAM::Role', () => {
  const role: Answers = { 'iam:GetRole': () => ({ Role: { Arn: 'arn:role', RoleId: 'AROA1' } }) };

  it('changes only what differs', async () => {
    const before = {
      AssumeRolePolicyDocument: { a: 1 },
      ManagedPolicyArns: ['m1'],
      Policies: [{ PolicyName: 'p1', PolicyDocument: {} }],
    };
    const after = { AssumeRolePolicyDocument: { a: 1 }, ManagedPolicyArns: ['m2'], PermissionsBoundary: 'edge' };
    const { request, calls } = recorded(after, role);
    const existing = { physicalId: 'r', properties: before, tags: [{ Key: 'old', Value: '1' }] };
    await provider('AWS::IAM::Role').update?.(request, existing);
    expect(calls.map(([name]) => name)).toEqual([
      'iam:PutRolePermissionsBoundary',
      'iam:DetachRolePolicy',
      'iam:AttachRolePolicy',
      'iam:DeleteRolePolicy',
      'iam:UntagRole',
      'iam:GetRole',
    ]);
  });

  it('adopts the role that an interrupted try had made', async () => {
    const answers = { ...role, 'iam:CreateRole': fails('EntityAlreadyExists') };
    const properties = { AssumeRolePolicyDocument: {} };
    const subject = provider('AWS::IAM::Role');
    await expect(subject.create(recorded(properties, answers).request)).rejects.toMatchObject({
      code: 'EntityAlreadyExists',
    });
    const resumed: ResourceState = await subject.create(recorded(properties, answers, { resumed: true }).request);
    expect(resumed.attributes).toEqual({ Arn: 'arn:role', RoleId: 'AROA1' });
  });
});

it('keeps five versions of a managed policy at most', async () => {
  const Versions = [5, 4, 3, 2, 1].map((number) => ({ VersionId: `v${number}`, IsDefaultVersion: number === 5 }));
  const { request, calls } = recorded({ PolicyDocument: { b: 2 } }, { 'iam:ListPolicyVersions': () => ({ Versions }) });
  const existing = { physicalId: 'arn:policy', properties: { PolicyDocument: { a: 1 } }, tags: [] };
  await provider('AWS::IAM::ManagedPolicy').update?.(request, existing);
  expect(calls.map(([name, input]) => [name, input.VersionId])).toEqual([
    ['iam:ListPolicyVersions', undefined],
    ['iam:DeletePolicyVersion', 'v1'],
    ['iam:CreatePolicyVersion', undefined],
  ]);
});

it('sends budget amounts as text, as the API wants them', async () => {
  const { request, calls } = recorded({
    Budget: { BudgetType: 'COST', TimeUnit: 'MONTHLY', BudgetLimit: { Amount: 100, Unit: 'USD' } },
  });
  const { physicalId } = await provider('AWS::Budgets::Budget').create(request);
  expect(calls[0]?.[1].Budget).toMatchObject({ BudgetName: physicalId, BudgetLimit: { Amount: '100', Unit: 'USD' } });
});

it('waits for a table that is still made before it deletes it', async () => {
  const states = ['CREATING', 'ACTIVE', 'DELETING'];
  const describeTable = () => {
    const TableStatus = states.shift();
    return TableStatus === undefined ? fails('ResourceNotFoundException')() : { Table: { TableStatus } };
  };
  const { request, calls } = recorded({}, { 'dynamodb:DescribeTable': describeTable });
  await provider('AWS::DynamoDB::Table').delete(request, { physicalId: 't', properties: {}, tags: [] });
  const names = calls.map(([name]) => name.replace('dynamodb:', ''));
  expect(names).toEqual(['DescribeTable', 'DescribeTable', 'DeleteTable', 'DescribeTable', 'DescribeTable']);
});

it('makes a zip of inline code and waits until the function is active', async () => {
  const states = ['Pending', 'Active'];
  const answers = {
    'lambda:GetFunctionConfiguration': () => ({ State: states.shift(), LastUpdateStatus: 'Successful' }),
  };
  const { request, calls } = recorded({ Code: { ZipFile: 'exports.handler = 1' }, Role: 'r', Timeout: '30' }, answers);
  await provider('AWS::Lambda::Function').create(request);
  const input = calls[0]?.[1];
  expect(input?.Timeout).toBe(30);
  expect(Buffer.from(input?.Code.ZipFile).subarray(0, 2).toString()).toBe('PK');
  expect(calls.filter(([name]) => name === 'lambda:GetFunctionConfiguration')).toHaveLength(2);
});
