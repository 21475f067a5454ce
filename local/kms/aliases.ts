import { AwsError } from '../kernel/errors.ts';
import type { AccessRequest, Cloud, Operation, OperationInput, RequestContext } from '../kernel/service.ts';
import { callerConditions, keyAccess, onKey } from './access.ts';
import { missing, notFound, validationError } from './errors.ts';
import { type AliasRecord, aliasArn, type Keys } from './keys.ts';
import { pageOf } from './pages.ts';

/** https://docs.aws.amazon.com/kms/latest/developerguide/resource-limits.html */
const MOST_ALIASES_OF_A_KEY = 50;

/** Names of keys. https://docs.aws.amazon.com/kms/latest/developerguide/kms-alias.html */
export function aliasOperations(cloud: Cloud, keys: Keys): Record<string, Operation> {
  return {
    CreateAlias: {
      authorize: (input, context) => aliasAccess('CreateAlias', keys, input, context),
      handle(input, context) {
        const name = nameOf(input);
        const { accountId, region } = context;
        const { id } = target(keys, input, context);
        if (keys.alias(name, accountId, region))
          throw new AwsError(
            'AlreadyExistsException',
            `An alias with the name ${aliasArn({ region, accountId, name })} already exists`,
          );
        const now = cloud.clock.now();
        keys.saveAlias({ name, accountId, region, keyId: id, createdAt: now, updatedAt: now });
      },
    },
    UpdateAlias: {
      authorize: (input, context) => aliasAccess('UpdateAlias', keys, input, context),
      handle(input, context) {
        const alias = existing(keys, input, context);
        const { id } = target(keys, input, context);
        keys.saveAlias({ ...alias, keyId: id, updatedAt: cloud.clock.now() });
      },
    },
    DeleteAlias: {
      authorize: (input, context) => aliasAccess('DeleteAlias', keys, input, context),
      handle: (input, context) => keys.removeAlias(existing(keys, input, context)),
    },
    ListAliases: {
      handle(input, context) {
        const { accountId, region } = context;
        const id = input.KeyId === undefined ? undefined : keys.require(input.KeyId, context).id;
        const all = keys.aliases(accountId, region).filter(({ keyId }) => id === undefined || keyId === id);
        return pageOf(all.map(describe), input, 'Aliases', 50);
      },
    },
  };
}

/** An alias is changed by whoever may do so with the alias, the key it has and the one it gets. */
function aliasAccess(action: string, keys: Keys, input: OperationInput, context: RequestContext): AccessRequest[] {
  const { accountId, region } = context;
  const name = String(input.AliasName ?? '');
  const before = keys.find(keys.alias(name, accountId, region)?.keyId ?? '', region);
  return [
    {
      action: `kms:${action}`,
      resource: aliasArn({ region, accountId, name }),
      conditions: callerConditions(context),
    },
    ...(before && action !== 'CreateAlias' ? [keyAccess(action, keys, before, context)] : []),
    ...(input.TargetKeyId === undefined ? [] : onKey(action, keys)({ KeyId: input.TargetKeyId }, context)),
  ];
}

function nameOf({ AliasName }: OperationInput): string {
  if (AliasName === undefined) throw missing('aliasName');
  const name = String(AliasName);
  if (name.startsWith('alias/aws/'))
    throw new AwsError('NotAuthorizedException', 'Aliases below alias/aws/ are of AWS.');
  if (!name.startsWith('alias/'))
    throw validationError(
      'Invalid identifier. Alias must start with the prefix "alias/". Please see https://docs.aws.amazon.com/kms/latest/developerguide/kms-alias.html',
    );
  if (!/^alias\/[a-zA-Z0-9/_-]+$/.test(name) || name.length > 256)
    throw new AwsError('InvalidAliasNameException', `${name} is not a valid name of an alias.`);
  return name;
}

/** The key an alias is to have, which is one of the same account and region. */
function target(keys: Keys, { TargetKeyId }: OperationInput, context: RequestContext) {
  if (TargetKeyId === undefined) throw missing('targetKeyId');
  const key = keys.changeable(TargetKeyId, context);
  const { accountId, region } = context;
  if (key.accountId !== accountId) throw validationError('An alias and its key are in the same account.');
  if (keys.aliases(accountId, region).filter(({ keyId }) => keyId === key.id).length >= MOST_ALIASES_OF_A_KEY)
    throw new AwsError('LimitExceededException', `A key has ${MOST_ALIASES_OF_A_KEY} aliases at most.`);
  return key;
}

function existing(keys: Keys, input: OperationInput, { accountId, region }: RequestContext): AliasRecord {
  const name = nameOf(input);
  const alias = keys.alias(name, accountId, region);
  if (alias) return alias;
  throw notFound(`Alias ${aliasArn({ region, accountId, name })} is not found.`);
}

function describe(alias: AliasRecord): Record<string, unknown> {
  return {
    AliasName: alias.name,
    AliasArn: aliasArn(alias),
    TargetKeyId: alias.keyId,
    CreationDate: new Date(alias.createdAt),
    LastUpdatedDate: new Date(alias.updatedAt),
  };
}
