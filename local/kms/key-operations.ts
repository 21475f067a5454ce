import { AwsError } from '../kernel/errors.ts';
import type { AccessRequest, Cloud, Operation, OperationInput, RequestContext } from '../kernel/service.ts';
import { callerConditions, onKey, tagConditions } from './access.ts';
import { unsupported, validationError, wholeNumber } from './errors.ts';
import { checkedPolicy, defaultPolicy } from './key-policy.ts';
import { type KeyRecord, type Keys, keyArn, newKey } from './keys.ts';
import { pageOf } from './pages.ts';
import { parseTags } from './tags.ts';

const DAY = 86_400_000;
/** https://docs.aws.amazon.com/kms/latest/developerguide/resource-limits.html */
const MOST_KEYS = 100_000;

/** Making, describing and listing keys, and their states. https://docs.aws.amazon.com/kms/latest/developerguide/key-state.html */
export function keyOperations(cloud: Cloud, keys: Keys): Record<string, Operation> {
  return {
    CreateKey: { authorize: createAccess, handle: (input, context) => createKey(cloud, keys, input, context) },
    DescribeKey: {
      authorize: onKey('DescribeKey', keys),
      handle: (input, context) => ({ KeyMetadata: metadata(keys.require(input.KeyId, context, 'aliases')) }),
    },
    ListKeys: {
      handle(input, { accountId, region }) {
        const all = keys.list(accountId, region).map((key) => ({ KeyId: key.id, KeyArn: keyArn(key) }));
        return pageOf(all, input, 'Keys', 100);
      },
    },
    UpdateKeyDescription: {
      authorize: onKey('UpdateKeyDescription', keys),
      handle(input, context) {
        keys.save({ ...keys.changeable(input.KeyId, context), description: descriptionOf(input) });
      },
    },
    EnableKey: {
      authorize: onKey('EnableKey', keys),
      handle: (input, context) => keys.save({ ...keys.changeable(input.KeyId, context), enabled: true }),
    },
    DisableKey: {
      authorize: onKey('DisableKey', keys),
      handle: (input, context) => keys.save({ ...keys.changeable(input.KeyId, context), enabled: false }),
    },
    ...deletionOperations(cloud, keys),
  };
}

/** https://docs.aws.amazon.com/kms/latest/developerguide/deleting-keys.html */
function deletionOperations(cloud: Cloud, keys: Keys): Record<string, Operation> {
  return {
    ScheduleKeyDeletion: {
      authorize: onKey('ScheduleKeyDeletion', keys, (input) => ({
        'kms:ScheduleKeyDeletionPendingWindowInDays': String(input.PendingWindowInDays ?? 30),
      })),
      handle(input, context) {
        const PendingWindowInDays = wholeNumber(input.PendingWindowInDays, 'pendingWindowInDays', 7, 30, 30);
        const key = keys.changeable(input.KeyId, context);
        const deletionAt = cloud.clock.now() + PendingWindowInDays * DAY;
        keys.save({ ...key, enabled: false, deletionAt });
        const DeletionDate = new Date(deletionAt);
        return { KeyId: keyArn(key), DeletionDate, KeyState: 'PendingDeletion', PendingWindowInDays };
      },
    },
    CancelKeyDeletion: {
      authorize: onKey('CancelKeyDeletion', keys),
      handle(input, context) {
        const { deletionAt, ...key } = keys.require(input.KeyId, context);
        if (deletionAt === undefined)
          throw new AwsError('KMSInvalidStateException', `${keyArn(key)} is not pending deletion.`);
        keys.save(key);
        return { KeyId: keyArn(key) };
      },
    },
  };
}

function createAccess(input: OperationInput, context: RequestContext): AccessRequest[] {
  const conditions = {
    ...callerConditions(context),
    ...tagConditions(input),
    'kms:KeyOrigin': String(input.Origin ?? 'AWS_KMS'),
    'kms:KeySpec': String(input.KeySpec ?? input.CustomerMasterKeySpec ?? 'SYMMETRIC_DEFAULT'),
    'kms:KeyUsage': String(input.KeyUsage ?? 'ENCRYPT_DECRYPT'),
    'kms:MultiRegion': String(input.MultiRegion ?? false),
    'kms:BypassPolicyLockoutSafetyCheck': String(input.BypassPolicyLockoutSafetyCheck ?? false),
  };
  const actions = input.Tags?.length > 0 ? ['kms:CreateKey', 'kms:TagResource'] : ['kms:CreateKey'];
  return actions.map((action) => ({ action, resource: '*', conditions }));
}

function createKey(cloud: Cloud, keys: Keys, input: OperationInput, context: RequestContext) {
  refuseOtherKinds(input);
  if (keys.list(context.accountId, context.region).length >= MOST_KEYS)
    throw new AwsError('LimitExceededException', `The limit of ${MOST_KEYS} keys is exceeded.`);
  const policy = input.Policy === undefined ? defaultPolicy(context.accountId) : String(input.Policy);
  const tags = parseTags(input.Tags);
  const key = newKey(context, cloud.clock.now(), { description: descriptionOf(input), policy, tags });
  checkedPolicy(cloud, key, policy, input, context);
  keys.save(key);
  return { KeyMetadata: metadata(key) };
}

function refuseOtherKinds(input: OperationInput): void {
  const only: Record<string, unknown> = {
    KeySpec: 'SYMMETRIC_DEFAULT',
    CustomerMasterKeySpec: 'SYMMETRIC_DEFAULT',
    KeyUsage: 'ENCRYPT_DECRYPT',
    Origin: 'AWS_KMS',
    MultiRegion: false,
    CustomKeyStoreId: undefined,
    XksKeyId: undefined,
  };
  for (const [member, value] of Object.entries(only))
    if (input[member] !== undefined && input[member] !== value) throw unsupported(`${member} ${String(input[member])}`);
}

function descriptionOf(input: OperationInput): string {
  const description = String(input.Description ?? '');
  if (description.length <= 8192) return description;
  throw validationError(
    "1 validation error detected: Value at 'description' failed to satisfy constraint: Member must have length less than or equal to 8192",
  );
}

/** https://docs.aws.amazon.com/kms/latest/APIReference/API_KeyMetadata.html */
function metadata(key: KeyRecord): Record<string, unknown> {
  const state = key.deletionAt !== undefined ? 'PendingDeletion' : key.enabled ? 'Enabled' : 'Disabled';
  return {
    AWSAccountId: key.accountId,
    KeyId: key.id,
    Arn: keyArn(key),
    CreationDate: new Date(key.createdAt),
    Enabled: state === 'Enabled',
    Description: key.description,
    KeyUsage: 'ENCRYPT_DECRYPT',
    KeyState: state,
    ...(key.deletionAt !== undefined && { DeletionDate: new Date(key.deletionAt) }),
    Origin: 'AWS_KMS',
    KeyManager: 'CUSTOMER',
    CustomerMasterKeySpec: 'SYMMETRIC_DEFAULT',
    KeySpec: 'SYMMETRIC_DEFAULT',
    EncryptionAlgorithms: ['SYMMETRIC_DEFAULT'],
    MultiRegion: false,
  };
}
