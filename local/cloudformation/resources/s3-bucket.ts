import { ifExists, refuseExisting } from '../handler-errors.ts';
import {
  jsonText,
  type Properties,
  type ResourceProvider,
  type ResourceRequest,
  type ResourceState,
  sameJson,
} from '../resource-provider.ts';

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-s3-bucket.html */
export const s3Bucket: ResourceProvider = {
  type: 'AWS::S3::Bucket',
  properties: [
    'BucketEncryption',
    'BucketName',
    'LifecycleConfiguration',
    'ObjectLockConfiguration',
    'ObjectLockEnabled',
    'OwnershipControls',
    'PublicAccessBlockConfiguration',
    'Tags',
    'VersioningConfiguration',
  ],
  replaceOn: ['BucketName', 'ObjectLockEnabled'],
  name: { property: 'BucketName', maximum: 63, lowercase: true },
  seconds: { create: 20, update: 20, delete: 5 },
  async create(request) {
    const { name: Bucket, properties } = request;
    await refuseExisting(request, () => request.call('s3', 'HeadBucket', { Bucket }));
    const locked = String(properties.ObjectLockEnabled ?? false) === 'true';
    await request.call('s3', 'CreateBucket', { Bucket, ...(locked && { ObjectLockEnabledForBucket: true }) });
    request.initiated(Bucket);
    await configure(request, Bucket, {});
    return stateOf(request, Bucket);
  },
  async update(request, existing) {
    await configure(request, existing.physicalId, existing.properties);
    return stateOf(request, existing.physicalId);
  },
  async delete(request, existing) {
    await ifExists(() => request.call('s3', 'DeleteBucket', { Bucket: existing.physicalId }));
  },
};

/** Applies every configuration that differs from `before`. */
async function configure(request: ResourceRequest, Bucket: string, before: Properties): Promise<void> {
  const { properties, tags } = request;
  const changed = (name: string) => properties[name] !== undefined && !sameJson(properties[name], before[name]);
  if (changed('VersioningConfiguration')) {
    await request.call('s3', 'PutBucketVersioning', {
      Bucket,
      VersioningConfiguration: properties.VersioningConfiguration,
    });
  }
  if (changed('BucketEncryption')) {
    const Rules = properties.BucketEncryption.ServerSideEncryptionConfiguration.map((rule: Properties) => ({
      ApplyServerSideEncryptionByDefault: rule.ServerSideEncryptionByDefault,
      BucketKeyEnabled: rule.BucketKeyEnabled,
    }));
    await request.call('s3', 'PutBucketEncryption', { Bucket, ServerSideEncryptionConfiguration: { Rules } });
  }
  if (changed('PublicAccessBlockConfiguration')) {
    const { PublicAccessBlockConfiguration } = properties;
    await request.call('s3', 'PutPublicAccessBlock', { Bucket, PublicAccessBlockConfiguration });
  }
  if (changed('OwnershipControls')) {
    await request.call('s3', 'PutBucketOwnershipControls', { Bucket, OwnershipControls: properties.OwnershipControls });
  }
  if (changed('LifecycleConfiguration')) {
    await request.call('s3', 'PutBucketLifecycleConfiguration', {
      Bucket,
      LifecycleConfiguration: properties.LifecycleConfiguration,
    });
  }
  if (changed('ObjectLockConfiguration')) {
    await request.call('s3', 'PutObjectLockConfiguration', {
      Bucket,
      ObjectLockConfiguration: properties.ObjectLockConfiguration,
    });
  }
  if (tags.length > 0) await request.call('s3', 'PutBucketTagging', { Bucket, Tagging: { TagSet: tags } });
}

function stateOf(request: ResourceRequest, name: string): ResourceState {
  const { region } = request.stack;
  return {
    physicalId: name,
    attributes: {
      Arn: `arn:aws:s3:::${name}`,
      DomainName: `${name}.s3.amazonaws.com`,
      RegionalDomainName: `${name}.s3.${region}.amazonaws.com`,
    },
  };
}

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-s3-bucketpolicy.html */
export const s3BucketPolicy: ResourceProvider = {
  type: 'AWS::S3::BucketPolicy',
  properties: ['Bucket', 'PolicyDocument'],
  required: ['Bucket', 'PolicyDocument'],
  replaceOn: ['Bucket'],
  seconds: { create: 2, update: 2, delete: 2 },
  create: putPolicy,
  update: putPolicy,
  async delete(request, existing) {
    await ifExists(() => request.call('s3', 'DeleteBucketPolicy', { Bucket: existing.properties.Bucket }));
  },
};

async function putPolicy(request: ResourceRequest): Promise<ResourceState> {
  const { Bucket, PolicyDocument } = request.properties;
  await request.call('s3', 'PutBucketPolicy', { Bucket, Policy: jsonText(PolicyDocument) });
  return { physicalId: Bucket };
}
