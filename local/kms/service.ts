import type { Cloud, Service } from '../kernel/service.ts';
import { aliasOperations } from './aliases.ts';
import { cryptographicOperations } from './cryptographic-operations.ts';
import { keyOperations } from './key-operations.ts';
import { policyOperations } from './key-policy.ts';
import { openKeys } from './keys.ts';
import { rotationOperations } from './rotation.ts';
import { tagOperations } from './tags.ts';

/**
 * AWS Key Management Service: symmetric keys, whose material is in the cloud's store.
 * https://docs.aws.amazon.com/kms/latest/APIReference/Welcome.html
 */
export function kmsService(cloud: Cloud): Service {
  const keys = openKeys(cloud);
  return {
    name: 'kms',
    protocol: { kind: 'json', version: '1.1', targetPrefix: 'TrentService' },
    operations: {
      ...keyOperations(cloud, keys),
      ...policyOperations(cloud, keys),
      ...rotationOperations(cloud, keys),
      ...aliasOperations(cloud, keys),
      ...tagOperations(keys),
      ...cryptographicOperations(cloud, keys),
    },
  };
}
