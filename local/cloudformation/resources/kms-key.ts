import { AwsError } from '../../kernel/errors.ts';
import { ifExists } from '../handler-errors.ts';
import {
  booleanOf,
  type ExistingResource,
  jsonText,
  numberOf,
  type Properties,
  type ResourceProvider,
  type ResourceRequest,
  type ResourceState,
  sameJson,
  type Tag,
  tagChanges,
} from '../resource-provider.ts';

/**
 * KMS takes no token: a key whose answer was lost stays behind, unused, and another one is made.
 * https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-kms-key.html
 */
export const kmsKey: ResourceProvider = {
  type: 'AWS::KMS::Key',
  properties: [
    'BypassPolicyLockoutSafetyCheck',
    'Description',
    'Enabled',
    'EnableKeyRotation',
    'KeyPolicy',
    'KeySpec',
    'KeyUsage',
    'MultiRegion',
    'Origin',
    'PendingWindowInDays',
    'RotationPeriodInDays',
    'Tags',
  ],
  // The service has one kind of key, and refuses the others by name.
  replaceOn: ['KeySpec', 'KeyUsage', 'MultiRegion', 'Origin'],
  seconds: { create: 20, update: 10, delete: 5 },
  async create(request) {
    const { properties, tags } = request;
    const { KeyMetadata } = await request.call('kms', 'CreateKey', {
      Description: properties.Description,
      KeySpec: properties.KeySpec,
      KeyUsage: properties.KeyUsage,
      MultiRegion: booleanOf(properties.MultiRegion),
      Origin: properties.Origin,
      ...policyOf(properties),
      ...(tags.length > 0 && { Tags: tags.map(kmsTag) }),
    });
    request.initiated(KeyMetadata.KeyId);
    await configure(request, KeyMetadata.KeyId, {});
    return stateOf(request, KeyMetadata.KeyId);
  },
  async update(request, existing) {
    const KeyId = existing.physicalId;
    const { properties } = request;
    if (!sameJson(properties.Description, existing.properties.Description))
      await request.call('kms', 'UpdateKeyDescription', { KeyId, Description: properties.Description ?? '' });
    if (properties.KeyPolicy !== undefined && !sameJson(properties.KeyPolicy, existing.properties.KeyPolicy))
      await request.call('kms', 'PutKeyPolicy', { KeyId, PolicyName: 'default', ...policyOf(properties) });
    await configure(request, KeyId, existing.properties);
    await retag(request, existing);
    return stateOf(request, KeyId);
  },
  async delete(request, existing) {
    const PendingWindowInDays = numberOf(existing.properties.PendingWindowInDays);
    await ifExists(() => schedule(request, { KeyId: existing.physicalId, PendingWindowInDays }));
  },
};

function policyOf({ KeyPolicy, BypassPolicyLockoutSafetyCheck }: Properties): Properties {
  return {
    ...(KeyPolicy !== undefined && { Policy: jsonText(KeyPolicy) }),
    ...(BypassPolicyLockoutSafetyCheck !== undefined && {
      BypassPolicyLockoutSafetyCheck: booleanOf(BypassPolicyLockoutSafetyCheck),
    }),
  };
}

/** Rotation and state. A key rotates only while it is enabled, so it is enabled first and disabled last. */
async function configure(request: ResourceRequest, KeyId: string, before: Properties): Promise<void> {
  const { properties } = request;
  const enabled = (of: Properties) => booleanOf(of.Enabled) ?? true;
  const rotation = (of: Properties) =>
    booleanOf(of.EnableKeyRotation) ? (numberOf(of.RotationPeriodInDays) ?? 365) : undefined;
  if (enabled(properties) && !enabled(before)) await request.call('kms', 'EnableKey', { KeyId });
  const [days, daysBefore] = [rotation(properties), rotation(before)];
  if (days !== undefined && days !== daysBefore)
    await request.call('kms', 'EnableKeyRotation', { KeyId, RotationPeriodInDays: days });
  if (days === undefined && daysBefore !== undefined) await request.call('kms', 'DisableKeyRotation', { KeyId });
  if (!enabled(properties) && enabled(before)) await request.call('kms', 'DisableKey', { KeyId });
}

async function retag(request: ResourceRequest, existing: ExistingResource): Promise<void> {
  const KeyId = existing.physicalId;
  const { set, remove } = tagChanges(existing.tags, request.tags);
  if (remove.length > 0) await request.call('kms', 'UntagResource', { KeyId, TagKeys: remove });
  if (set.length > 0) await request.call('kms', 'TagResource', { KeyId, Tags: set.map(kmsTag) });
}

function kmsTag({ Key, Value }: Tag): { TagKey: string; TagValue: string } {
  return { TagKey: Key, TagValue: Value };
}

/** Schedules the deletion; one that is scheduled already stays as it is. */
async function schedule(request: ResourceRequest, input: Properties): Promise<void> {
  try {
    await request.call('kms', 'ScheduleKeyDeletion', input);
  } catch (error) {
    if (!(error instanceof AwsError && error.code === 'KMSInvalidStateException')) throw error;
  }
}

function stateOf({ stack }: ResourceRequest, KeyId: string): ResourceState {
  const Arn = `arn:aws:kms:${stack.region}:${stack.accountId}:key/${KeyId}`;
  return { physicalId: KeyId, attributes: { Arn, KeyId } };
}
