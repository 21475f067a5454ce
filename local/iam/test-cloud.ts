import { jumpingClock } from '../kernel/clocks.ts';
import { administrator, createCloud, type RunningCloud } from '../kernel/cloud.ts';
import type { Caller, Operation } from '../kernel/service.ts';
import { openStore } from '../kernel/sqlite-store.ts';
import type { Store } from '../kernel/store.ts';
import { stsService } from '../sts/service.ts';
import { createIdentity, type IdentityOptions } from './identity.ts';
import { type IamOptions, iamService } from './service.ts';

/** The operator of account 111111111111. */
export const OPERATOR: Caller = administrator('111111111111');

/**
 * For tests: a local cloud of IAM and STS, and a service `sqs` with one operation `SendMessage` on a queue. The clock
 * leaps; everything is consistent at once unless said otherwise.
 */
export function testCloud(options: IamOptions & IdentityOptions & { store?: Store } = {}): RunningCloud {
  const cloud = createCloud({
    clock: jumpingClock(),
    store: options.store ?? openStore(':memory:'),
    identity: (running) => createIdentity(running, options),
  });
  cloud.register(iamService(cloud, { consistencyDelaySeconds: 0, ...options }));
  cloud.register(stsService(cloud));
  const sendMessage: Operation = {
    authorize: (input) => [
      {
        action: 'sqs:SendMessage',
        resource: input.queue,
        resourceAccountId: input.queue.split(':')[4],
        ...(input.queuePolicy && { resourcePolicy: JSON.stringify(input.queuePolicy) }),
      },
    ],
    handle: () => ({ MessageId: '1' }),
  };
  cloud.register({
    name: 'sqs',
    protocol: { kind: 'json', version: '1.0', targetPrefix: 'AmazonSQS' },
    operations: { SendMessage: sendMessage },
  });
  return cloud;
}

/** The JSON text of a policy. */
export function policyText(...statements: unknown[]): string {
  return JSON.stringify({ Version: '2012-10-17', Statement: statements });
}

/** A trust policy for a service ("lambda.amazonaws.com") or for an AWS principal (account or ARN). */
export function trustOf(principal: string, condition?: unknown): string {
  const kind = principal.endsWith('.amazonaws.com') ? 'Service' : 'AWS';
  return policyText({
    Effect: 'Allow',
    Principal: { [kind]: principal },
    Action: ['sts:AssumeRole', 'sts:TagSession', 'sts:SetSourceIdentity'],
    ...(condition !== undefined && { Condition: condition }),
  });
}

export const QUEUE = 'arn:aws:sqs:us-east-1:111111111111:orders';
export const LAMBDA = 'lambda.amazonaws.com';
export const WORKER = 'arn:aws:iam::111111111111:role/worker';

/** A test cloud with the role `worker`, which Lambda may assume and which may send to one queue. */
export async function cloudWithRole(options: Parameters<typeof testCloud>[0] = {}): Promise<RunningCloud> {
  const cloud = testCloud(options);
  const send = { Effect: 'Allow', Action: 'sqs:SendMessage', Resource: QUEUE };
  await cloud.call('iam', 'CreateRole', { RoleName: 'worker', AssumeRolePolicyDocument: trustOf(LAMBDA) }, OPERATOR);
  await cloud.call(
    'iam',
    'PutRolePolicy',
    { RoleName: 'worker', PolicyName: 'send', PolicyDocument: policyText(send) },
    OPERATOR,
  );
  return cloud;
}
