import type { Operation } from '../kernel/service.ts';
import type { EntityKind } from './entity-kind.ts';
import { type IamContext, noSuchEntity, saveEntity } from './iam-context.ts';
import { ARN, requiredText } from './input.ts';
import { checkedBoundary } from './roles.ts';

/** https://docs.aws.amazon.com/IAM/latest/APIReference/API_PutRolePermissionsBoundary.html and its neighbours. */
export function boundaryOperations(iam: IamContext, kind: EntityKind): Record<string, Operation> {
  const put = `Put${kind.noun}PermissionsBoundary`;
  const remove = `Delete${kind.noun}PermissionsBoundary`;
  return {
    [put]: {
      authorize: (input, { accountId }) => [
        kind.access(iam, put, accountId, input, {
          conditions: { 'iam:PermissionsBoundary': requiredText(input, 'PermissionsBoundary', ARN) },
        }),
      ],
      handle(input, { accountId }) {
        const entity = kind.modifiable(iam, accountId, input);
        requiredText(input, 'PermissionsBoundary', ARN);
        const boundary = checkedBoundary(iam, input);
        saveEntity(iam, { ...entity, ...(boundary !== undefined && { permissionsBoundary: boundary }) });
        return undefined;
      },
    },
    [remove]: {
      authorize: (input, { accountId }) => [kind.access(iam, remove, accountId, input)],
      handle(input, { accountId }) {
        const { permissionsBoundary, ...rest } = kind.modifiable(iam, accountId, input);
        if (permissionsBoundary === undefined) {
          throw noSuchEntity(`${kind.noun} ${rest.name} does not have a permissions boundary.`);
        }
        saveEntity(iam, rest);
        return undefined;
      },
    },
  };
}
