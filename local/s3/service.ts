import type { Cloud, Service } from '../kernel/service.ts';
import { bucketOperations } from './bucket-operations.ts';
import { objectOperations } from './object-operations.ts';
import { createS3 } from './s3.ts';
import { settingsOperations } from './settings-operations.ts';

/**
 * S3 with path-style addresses. Bodies are files in the state folder. Callers in process use the shapes of the SDKs; the
 * bodies of GetObject are `Uint8Array`. https://docs.aws.amazon.com/AmazonS3/latest/API/Welcome.html
 */
export function s3Service(cloud: Cloud): Service {
  const s3 = createS3(cloud);
  return {
    name: 's3',
    protocol: { kind: 'rest-xml' },
    operations: { ...bucketOperations(s3), ...settingsOperations(s3), ...objectOperations(s3) },
  };
}
