/** What a Task's Resource names, in the parts that the history shows. */
export interface Resource {
  readonly arn: string;
  /** `lambda`: a function's own ARN; `activity`: an activity's; `integration`: everything under `arn:aws:states:::`. */
  readonly kind: 'lambda' | 'activity' | 'integration';
  /** `lambda`, `aws-sdk:dynamodb`, … */
  readonly resourceType: string;
  /** `invoke.waitForTaskToken`, `startExecution.sync:2`, … */
  readonly resource: string;
  readonly pattern: 'request' | 'sync' | 'waitForTaskToken';
}

/**
 * Takes a Resource ARN apart.
 * https://docs.aws.amazon.com/step-functions/latest/dg/connect-to-resource.html
 */
export function parseResource(arn: string): Resource {
  const integration = /^arn:[^:]+:states:[^:]*:[^:]*:(aws-sdk:[^:]+|[^:]+):(.+)$/.exec(arn);
  const [, resourceType = '', resource = ''] = integration ?? [];
  if (resourceType === 'activity')
    return { arn, kind: 'activity', resourceType, resource, pattern: 'waitForTaskToken' };
  if (!integration) return { arn, kind: 'lambda', resourceType: 'lambda', resource: arn, pattern: 'request' };
  const waits = resource.endsWith('.waitForTaskToken');
  const pattern = waits ? 'waitForTaskToken' : /\.sync(:2)?$/.test(resource) ? 'sync' : 'request';
  return { arn, kind: 'integration', resourceType, resource, pattern };
}
