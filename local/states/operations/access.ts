import type { AccessRequest, OperationInput, RequestContext } from '../../kernel/service.ts';
import { splitTestCase } from '../arns.ts';

type Authorize = (input: OperationInput, context: RequestContext) => AccessRequest[];

/**
 * IAM check of `action` on the ARN in `member`, in the account that owns it.
 * https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsstepfunctions.html
 */
export function onResource(action: string, member: string): Authorize {
  return (input) => {
    const value: unknown = input[member];
    if (typeof value !== 'string') return [{ action: `states:${action}`, resource: '*' }];
    return [{ action: `states:${action}`, ...resourceOf(value) }];
  };
}

/** The resource and its owner, for the part of an access request that names them. */
export function resourceOf(arn: string): Pick<AccessRequest, 'resource' | 'resourceAccountId'> {
  const plain = splitTestCase(arn).arn;
  const accountId = plain.split(':')[4];
  return /^\d{12}$/.test(accountId ?? '') ? { resource: plain, resourceAccountId: accountId } : { resource: plain };
}

/** Handing a role to Step Functions needs iam:PassRole on it. */
export function passRole(roleArn: unknown): AccessRequest[] {
  if (typeof roleArn !== 'string') return [];
  const conditions = { 'iam:PassedToService': 'states.amazonaws.com' };
  return [{ action: 'iam:PassRole', resource: roleArn, conditions }];
}
