import { AwsError } from '../kernel/errors.ts';
import type { Cloud, Operation, Service } from '../kernel/service.ts';
import { isReady } from './readiness.ts';

/** Services that refuse new accounts for a while. IAM, STS and what administers accounts answer at once; EC2 refuses by itself. */
const SUBSCRIBED = new Set(['cloudformation', 'dynamodb', 'eks', 'lambda', 's3', 'sqs']);

/**
 * The service, which refuses accounts that Organizations has just created, as AWS's services do until they know them:
 * OptInRequired of the query protocol, NotSignedUp of S3, SubscriptionRequiredException of the others.
 * https://docs.aws.amazon.com/organizations/latest/APIReference/API_CreateAccount.html
 */
export function refusingFreshAccounts(cloud: Cloud, service: Service): Service {
  if (!SUBSCRIBED.has(service.name)) return service;
  const guarded = (operation: Operation): Operation => ({
    ...operation,
    handle(input, context) {
      if (!isReady(cloud, context.accountId, service.name)) throw notSubscribed(service);
      return operation.handle(input, context);
    },
  });
  return {
    ...service,
    operations: Object.fromEntries(Object.entries(service.operations).map(([name, each]) => [name, guarded(each)])),
  };
}

function notSubscribed({ protocol }: Service): AwsError {
  if (protocol.kind === 'rest-xml') {
    return new AwsError(
      'NotSignedUp',
      'Your account is not signed up for the S3 service. You must sign up before you can use S3.',
      { status: 403 },
    );
  }
  return new AwsError(
    protocol.kind === 'query' ? 'OptInRequired' : 'SubscriptionRequiredException',
    'The AWS Access Key Id needs a subscription for the service',
    { status: protocol.kind === 'json' ? 400 : 403 },
  );
}
