import { AwsError } from '../kernel/errors.ts';
import type { Cloud, Operation } from '../kernel/service.ts';
import { invalid, type ResourcePolicies } from './context.ts';

/** https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutResourcePolicy.html */
const MOST_POLICIES = 10;
const LARGEST_POLICY = 5120;

/** The account's policies that let other services write logs. */
export function policyOperations(cloud: Cloud, policies: ResourcePolicies): Record<string, Operation> {
  const scope = (context: { accountId: string; region: string }) => `${context.accountId}/${context.region}/`;
  return {
    PutResourcePolicy: {
      handle(input, context) {
        const { policyName: name, policyDocument: document } = input;
        if (typeof name !== 'string' || typeof document !== 'string')
          throw invalid('policyName and policyDocument are required');
        if (document.length > LARGEST_POLICY)
          throw invalid(`The policy document must have at most ${LARGEST_POLICY} characters`);
        checkJson(document);
        const key = scope(context) + name;
        if (!policies.get(key) && policies.entries(scope(context)).length >= MOST_POLICIES) {
          throw new AwsError('LimitExceededException', 'Resource limit exceeded.');
        }
        const policy = { name, document, updatedAt: Math.floor(cloud.clock.now()) };
        policies.put(key, policy);
        return { resourcePolicy: describe(policy) };
      },
    },
    DescribeResourcePolicies: {
      handle: (_input, context) => ({
        resourcePolicies: policies.entries(scope(context)).map(([, policy]) => describe(policy)),
      }),
    },
    DeleteResourcePolicy: {
      handle(input, context) {
        if (policies.delete(scope(context) + input.policyName)) return;
        throw new AwsError('ResourceNotFoundException', `Policy with name [${input.policyName}] does not exist.`);
      },
    },
  };
}

function checkJson(document: string): void {
  try {
    JSON.parse(document);
  } catch (cause) {
    throw new AwsError('InvalidParameterException', 'Unable to parse the policy document.', { cause });
  }
}

function describe(policy: { name: string; document: string; updatedAt: number }): Record<string, unknown> {
  return { policyName: policy.name, policyDocument: policy.document, lastUpdatedTime: policy.updatedAt };
}
