import type { Operation, OperationInput } from '../kernel/service.ts';
import { awsManagedPolicy } from './aws-managed/aws-managed-policies.ts';
import type { EntityKind } from './entity-kind.ts';
import { entitiesOf, type IamContext, noSuchEntity, saveEntity } from './iam-context.ts';
import { ARN, optionalText, requiredText } from './input.ts';
import { existingPolicy, policyAccess } from './managed-policies.ts';
import { page, pageOf, pathPrefix } from './paging.ts';
import { quotaExceeded } from './quotas.ts';

/** AttachRolePolicy and its like. https://docs.aws.amazon.com/IAM/latest/APIReference/API_AttachRolePolicy.html */
export function attachmentOperations(iam: IamContext, kind: EntityKind): Record<string, Operation> {
  const { noun } = kind;
  const change = (action: string, handle: Operation['handle']): Operation => ({
    authorize: (input, { accountId }) => [
      kind.access(iam, action, accountId, input, {
        conditions: { 'iam:PolicyARN': requiredText(input, 'PolicyArn', ARN) },
      }),
    ],
    handle,
  });
  return {
    [`Attach${noun}Policy`]: change(`Attach${noun}Policy`, (input, { accountId }) =>
      attach(iam, kind, accountId, input),
    ),
    [`Detach${noun}Policy`]: change(`Detach${noun}Policy`, (input, { accountId }) => {
      const arn = requiredText(input, 'PolicyArn', ARN);
      const entity = kind.modifiable(iam, accountId, input);
      if (!entity.attachedPolicies.includes(arn)) throw noSuchEntity(`Policy ${arn} was not found.`);
      saveEntity(iam, { ...entity, attachedPolicies: entity.attachedPolicies.filter((one) => one !== arn) });
      return undefined;
    }),
    [`ListAttached${noun}Policies`]: {
      authorize: (input, { accountId }) => [kind.access(iam, `ListAttached${noun}Policies`, accountId, input)],
      handle(input, { accountId }) {
        const { attachedPolicies } = kind.existing(iam, accountId, input);
        const prefix = pathPrefix(input);
        const views = attachedPolicies
          .filter((arn) => arn.slice(arn.indexOf('/')).startsWith(prefix))
          .map((arn) => ({ PolicyName: arn.slice(arn.lastIndexOf('/') + 1), PolicyArn: arn }));
        return pageOf('AttachedPolicies', views, input);
      },
    },
  };
}

function attach(iam: IamContext, kind: EntityKind, accountId: string, input: OperationInput): undefined {
  const arn = requiredText(input, 'PolicyArn', ARN);
  const entity = kind.modifiable(iam, accountId, input);
  const managed = awsManagedPolicy(arn);
  const attachable = managed
    ? !managed.path.startsWith('/aws-service-role/')
    : iam.database.policies.get(arn)?.accountId === accountId;
  if (!attachable) throw noSuchEntity(`Policy ${arn} does not exist or is not attachable.`);
  // Attaching what is attached already succeeds.
  if (entity.attachedPolicies.includes(arn)) return undefined;
  const limit = iam.quotas.attachedPolicies;
  if (entity.attachedPolicies.length >= limit) throw quotaExceeded(`PoliciesPer${kind.noun}`, limit);
  saveEntity(iam, { ...entity, attachedPolicies: [...entity.attachedPolicies, arn] });
  return undefined;
}

/** ListEntitiesForPolicy: who uses a managed policy. */
export function policyUseOperations(iam: IamContext): Record<string, Operation> {
  return {
    ListEntitiesForPolicy: {
      authorize: (input) => [policyAccess(iam, 'ListEntitiesForPolicy', input)],
      handle(input, { accountId }) {
        const arn = requiredText(input, 'PolicyArn', ARN);
        if (!awsManagedPolicy(arn)) existingPolicy(iam, accountId, arn);
        const asBoundary = optionalText(input, 'PolicyUsageFilter') === 'PermissionsBoundary';
        const filter = optionalText(input, 'EntityFilter');
        const users = entitiesOf(iam, accountId)
          .filter((entity) => (asBoundary ? entity.permissionsBoundary === arn : entity.attachedPolicies.includes(arn)))
          .filter(({ kind }) => filter === undefined || filter.toLowerCase() === kind);
        users.sort((a, b) => (a.arn < b.arn ? -1 : 1));
        const { items, ...rest } = page(users, input);
        return {
          PolicyGroups: [],
          PolicyRoles: items.flatMap((one) => (one.kind === 'role' ? [{ RoleName: one.name, RoleId: one.id }] : [])),
          PolicyUsers: items.flatMap((one) => (one.kind === 'user' ? [{ UserName: one.name, UserId: one.id }] : [])),
          ...rest,
        };
      },
    },
  };
}
