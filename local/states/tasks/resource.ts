/** `request`: answer is the result. `sync`: wait for the job. `token`: wait for SendTask*. */
export type IntegrationPattern = 'request' | 'sync' | 'sync:2' | 'token';

/** A Task's Resource taken apart. */
export type TaskResource =
  | { readonly kind: 'lambda'; readonly arn: string }
  | { readonly kind: 'activity'; readonly arn: string }
  | {
      readonly kind: 'optimized' | 'sdk';
      readonly service: string;
      readonly action: string;
      readonly pattern: IntegrationPattern;
    };

const LAMBDA = /^arn:[^:]+:lambda:[^:]+:\d{12}:function:[^:]+(:[^:]+)?$/;
const ACTIVITY = /^arn:[^:]+:states:[^:]+:\d{12}:activity:[^:]+$/;
const INTEGRATION =
  /^arn:[^:]+:states:[^:]*:[^:]*:(aws-sdk:)?([A-Za-z0-9-]+):([A-Za-z0-9]+)(\.(?:sync(?::2)?|waitForTaskToken))?$/;

/**
 * What a Resource stands for; undefined for what is no Task resource at all.
 * https://docs.aws.amazon.com/step-functions/latest/dg/connect-to-resource.html
 */
export function parseResource(resource: string): TaskResource | undefined {
  if (ACTIVITY.test(resource)) return { kind: 'activity', arn: resource };
  if (LAMBDA.test(resource)) return { kind: 'lambda', arn: resource };
  const match = INTEGRATION.exec(resource);
  if (!match) return undefined;
  const [, sdk, service = '', action = '', suffix] = match;
  const pattern =
    suffix === undefined
      ? 'request'
      : suffix === '.waitForTaskToken'
        ? 'token'
        : (suffix.slice(1) as 'sync' | 'sync:2');
  return { kind: sdk ? 'sdk' : 'optimized', service, action, pattern };
}
