import { randomUUID } from 'node:crypto';
import { AwsError } from '../kernel/errors.ts';
import type { Operation, OperationInput } from '../kernel/service.ts';
import { entityKey } from './database.ts';
import { accessTo, existingRole, type IamContext, noSuchEntity } from './iam-context.ts';
import { uniqueId } from './identifiers.ts';
import { optionalText, ROLE_NAME, requiredText } from './input.ts';
import { roleArn, roleView, storeNewRole, wholeSeconds } from './roles.ts';

/** The names AWS gives, and the policy where this local cloud knows it. */
const KNOWN: Readonly<Record<string, { name: string; policy?: string }>> = {
  'eks.amazonaws.com': { name: 'AmazonEKS', policy: 'AmazonEKSServiceRolePolicy' },
  'eks-nodegroup.amazonaws.com': { name: 'AmazonEKSNodegroup' },
  'eks-fargate.amazonaws.com': { name: 'AmazonEKSForFargate' },
  'elasticloadbalancing.amazonaws.com': { name: 'ElasticLoadBalancing' },
  'autoscaling.amazonaws.com': { name: 'AutoScaling' },
  'spot.amazonaws.com': { name: 'EC2Spot' },
  'spotfleet.amazonaws.com': { name: 'EC2SpotFleet' },
  'organizations.amazonaws.com': { name: 'Organizations' },
  'servicequotas.amazonaws.com': { name: 'ServiceQuotas' },
  'ops.apigateway.amazonaws.com': { name: 'APIGateway' },
  'events.amazonaws.com': { name: 'CloudWatchEvents' },
  'support.amazonaws.com': { name: 'Support' },
  'trustedadvisor.amazonaws.com': { name: 'TrustedAdvisor' },
};

/** https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_create-service-linked-role.html */
export function serviceLinkedRoleOperations(iam: IamContext): Record<string, Operation> {
  return {
    CreateServiceLinkedRole: {
      authorize(input, { accountId }) {
        const service = requiredText(input, 'AWSServiceName', { min: 1, max: 128 });
        const { path, name } = naming(input, service);
        return [
          accessTo('CreateServiceLinkedRole', roleArn(accountId, path, name), {
            conditions: { 'iam:AWSServiceName': service },
          }),
        ];
      },
      handle: (input, { accountId }) => ({ Role: create(iam, accountId, input) }),
    },
    DeleteServiceLinkedRole: {
      authorize: (input, { accountId }) => [linkedAccess(iam, 'DeleteServiceLinkedRole', accountId, input)],
      handle(input, { accountId }) {
        const role = existingRole(iam, accountId, requiredText(input, 'RoleName', ROLE_NAME));
        if (!role.path.startsWith('/aws-service-role/')) {
          throw noSuchEntity(`The service-linked role with name ${role.name} cannot be found.`);
        }
        iam.database.roles.delete(entityKey(accountId, role.name), iam.changeDelay());
        return { DeletionTaskId: `task${role.path}${role.name}/${randomUUID()}` };
      },
    },
    GetServiceLinkedRoleDeletionStatus: {
      handle(input) {
        const id = requiredText(input, 'DeletionTaskId', { min: 1, max: 1000 });
        if (!/^task\/aws-service-role\/.+\/[0-9a-f-]{36}$/.test(id)) {
          throw noSuchEntity(`Deletion task ${id} cannot be found.`);
        }
        // The role is gone as soon as the deletion is accepted: no service here holds on to it.
        return { Status: 'SUCCEEDED' };
      },
    },
  };
}

function naming(input: OperationInput, service: string): { path: string; name: string } {
  const suffix = optionalText(input, 'CustomSuffix', { min: 1, max: 64, pattern: /^[\w+=,.@-]+$/ });
  const base = `AWSServiceRoleFor${KNOWN[service]?.name ?? 'Unknown'}`;
  return { path: `/aws-service-role/${service}/`, name: suffix === undefined ? base : `${base}_${suffix}` };
}

function create(iam: IamContext, accountId: string, input: OperationInput) {
  const service = requiredText(input, 'AWSServiceName', { min: 1, max: 128 });
  const known = KNOWN[service];
  if (!known) throw new AwsError('InvalidInput', `Service role name ${service} is not a valid service principal.`);
  const { path, name } = naming(input, service);
  const description = optionalText(input, 'Description', { max: 1000 });
  if (iam.database.roles.get(entityKey(accountId, name))) {
    throw new AwsError(
      'InvalidInput',
      `Service role name ${name} has been taken in this account, please try a different suffix.`,
    );
  }
  const role = storeNewRole(iam, {
    kind: 'role',
    accountId,
    name,
    path,
    arn: roleArn(accountId, path, name),
    id: uniqueId('AROA'),
    createdAt: wholeSeconds(iam),
    tags: [],
    inlinePolicies: {},
    attachedPolicies: known.policy ? [`arn:aws:iam::aws:policy/aws-service-role/${known.policy}`] : [],
    trustPolicy: JSON.stringify({
      Version: '2012-10-17',
      Statement: [{ Action: ['sts:AssumeRole'], Effect: 'Allow', Principal: { Service: [service] } }],
    }),
    trustedIds: {},
    maxSessionDuration: 3600,
    ...(description !== undefined && { description }),
  });
  return roleView(iam, role);
}

function linkedAccess(iam: IamContext, action: string, accountId: string, input: OperationInput) {
  const name = requiredText(input, 'RoleName', ROLE_NAME);
  const role = iam.database.roles.get(entityKey(accountId, name));
  return accessTo(action, role?.arn ?? roleArn(accountId, '/', name), { entity: role });
}
