import { createHash } from 'node:crypto';
import type { Clock } from '../kernel/clock.ts';
import { jumpingClock } from '../kernel/clocks.ts';
import { administrator, createCloud, type RunningCloud } from '../kernel/cloud.ts';
import { AwsError } from '../kernel/errors.ts';
import type { Caller, Identity, Operation, OperationInput, RequestContext, Service } from '../kernel/service.ts';
import { openStore } from '../kernel/sqlite-store.ts';
import type { Store } from '../kernel/store.ts';
import { type CloudFormationOptions, cloudformationService } from './service.ts';

/** The operator of account 111111111111. */
export const OPERATOR: Caller = administrator('111111111111');

export interface TestCloud {
  cloud: RunningCloud;
  /** Calls of the fake services in order: "logs:CreateLogGroup". */
  calls: string[];
  /** Log groups that exist: name -> what was set. They outlive a restart when handed on. */
  groups: Map<string, OperationInput>;
  /** Errors by operation name, thrown instead of the effect. */
  failures: Map<string, AwsError>;
  /** The call of this number never returns, as in a process that is killed: before its effect, or after it. */
  hang: { at?: number; when: 'before' | 'after'; reached?: () => void };
  call(operation: string, input: unknown): Promise<OperationInput>;
  /** The stack after its operation has ended. */
  settled(name: string): Promise<OperationInput>;
}

export interface TestCloudOptions extends CloudFormationOptions {
  store?: Store;
  clock?: Clock;
  groups?: Map<string, OperationInput>;
  identity?: Partial<Identity>;
}

/** For tests: CloudFormation over a fake `logs` (log groups that are really kept) and a fake `ssm`. */
export function testCloud(options: TestCloudOptions = {}): TestCloud {
  const cloud = createCloud({
    clock: options.clock ?? jumpingClock(),
    store: options.store ?? openStore(':memory:'),
    identity: () => ({ ...allowAll, ...options.identity }),
  });
  const calls: string[] = [];
  const failures = new Map<string, AwsError>();
  const groups = options.groups ?? new Map<string, OperationInput>();
  const state: Recording = { calls, failures, hang: { when: 'before' } };
  cloud.register(recording(fakeLogs(groups), state));
  cloud.register(recording(fakeSsm(), state));
  cloud.register(cloudformationService(cloud, { durations: 'none', ...options }));
  const call = (operation: string, input: unknown) => cloud.call('cloudformation', operation, input, OPERATOR);
  return { cloud, groups, ...state, call, settled: (name) => settled(cloud, name) };
}

const allowAll: Identity = {
  authenticate: () => OPERATOR,
  authorize: () => undefined,
  serviceRole: (roleArn) => ({ ...OPERATOR, kind: 'role', arn: roleArn, roleArn }),
  credentials: () => {
    throw new Error('not needed');
  },
};

/** Reads the stack until nothing is in progress; the clock moves on meanwhile. */
export async function settled(cloud: RunningCloud, name: string): Promise<OperationInput> {
  for (;;) {
    const { Stacks } = await cloud.call('cloudformation', 'DescribeStacks', { StackName: name }, OPERATOR);
    if (!Stacks[0].StackStatus.endsWith('_IN_PROGRESS')) return Stacks[0];
    await cloud.clock.sleep(500);
  }
}

type Recording = Pick<TestCloud, 'calls' | 'failures' | 'hang'>;

function recording(service: Service, { calls, failures, hang }: Recording): Service {
  const wrapped = ([name, operation]: [string, Operation]): [string, Operation] => [
    name,
    {
      handle(input: OperationInput, context: RequestContext) {
        const dies = calls.push(`${service.name}:${name}`) === hang.at;
        const failure = failures.get(name);
        if (failure) throw failure;
        const output = dies && hang.when === 'before' ? undefined : operation.handle(input, context);
        if (!dies) return output;
        hang.reached?.();
        return new Promise<never>(() => undefined);
      },
    },
  ];
  return { ...service, operations: Object.fromEntries(Object.entries(service.operations).map(wrapped)) };
}

function fakeLogs(groups: Map<string, OperationInput>): Service {
  const existing = (name: string) => {
    const group = groups.get(name);
    if (!group) throw new AwsError('ResourceNotFoundException', 'The specified log group does not exist.');
    return group;
  };
  return {
    name: 'logs',
    protocol: { kind: 'json', version: '1.1', targetPrefix: 'Logs_20140328' },
    operations: {
      CreateLogGroup: {
        handle(input) {
          if (groups.has(input.logGroupName)) {
            throw new AwsError('ResourceAlreadyExistsException', 'The specified log group already exists');
          }
          groups.set(input.logGroupName, { tags: input.tags });
        },
      },
      DeleteLogGroup: {
        handle(input) {
          existing(input.logGroupName);
          groups.delete(input.logGroupName);
        },
      },
      PutRetentionPolicy: {
        handle(input) {
          existing(input.logGroupName).retention = input.retentionInDays;
        },
      },
      DeleteRetentionPolicy: {
        handle(input) {
          delete existing(input.logGroupName).retention;
        },
      },
      TagResource: {
        handle(input) {
          const group = existing(input.resourceArn.split(':').at(-1));
          group.tags = { ...group.tags, ...input.tags };
        },
      },
    },
  };
}

function fakeSsm(): Service {
  return {
    name: 'ssm',
    protocol: { kind: 'json', version: '1.1', targetPrefix: 'AmazonSSM' },
    operations: {
      GetParameter: {
        handle(input) {
          if (input.Name.includes('missing')) throw new AwsError('ParameterNotFound', '');
          return {
            Parameter: { Name: input.Name, Value: createHash('md5').update(input.Name).digest('hex').slice(0, 6) },
          };
        },
      },
    },
  };
}

/** A template with the resources given. */
export function template(resources: object, rest: object = {}): string {
  return JSON.stringify({ Resources: resources, ...rest });
}

/** A log group resource. */
export function logGroup(properties: object = {}, rest: object = {}): object {
  return { Type: 'AWS::Logs::LogGroup', Properties: properties, ...rest };
}
