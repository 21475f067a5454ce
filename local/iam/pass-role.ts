import type { AccessRequest } from '../kernel/service.ts';

/**
 * What IAM has to allow before a service takes a role on a caller's behalf ("lambda.amazonaws.com"); to be added to the
 * access requests of the operation that names the role.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_use_passrole.html
 */
export function passRole(roleArn: string, service: string, associatedResourceArn?: string): AccessRequest {
  return {
    action: 'iam:PassRole',
    resource: roleArn,
    conditions: {
      'iam:PassedToService': service,
      ...(associatedResourceArn !== undefined && { 'iam:AssociatedResourceArn': associatedResourceArn }),
    },
  };
}
