import { adoptExisting, ifExists } from '../handler-errors.ts';
import type { ResourceProvider } from '../resource-provider.ts';

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-kms-alias.html */
export const kmsAlias: ResourceProvider = {
  type: 'AWS::KMS::Alias',
  properties: ['AliasName', 'TargetKeyId'],
  required: ['AliasName', 'TargetKeyId'],
  replaceOn: ['AliasName'],
  seconds: { create: 5, update: 5, delete: 2 },
  async create(request) {
    const { AliasName, TargetKeyId } = request.properties;
    await adoptExisting(request, () => request.call('kms', 'CreateAlias', { AliasName, TargetKeyId }));
    request.initiated(AliasName);
    return { physicalId: AliasName };
  },
  async update(request, existing) {
    const { TargetKeyId } = request.properties;
    await request.call('kms', 'UpdateAlias', { AliasName: existing.physicalId, TargetKeyId });
    return { physicalId: existing.physicalId };
  },
  async delete(request, existing) {
    await ifExists(() => request.call('kms', 'DeleteAlias', { AliasName: existing.physicalId }));
  },
};
