import type { Cloud } from '../kernel/service.ts';
import { type Buckets, createBuckets } from './buckets.ts';
import { createObjects, type Objects } from './objects.ts';
import { createUploads, type Uploads } from './uploads.ts';

/** The parts of S3 that its operations share. */
export interface S3 {
  readonly cloud: Cloud;
  readonly buckets: Buckets;
  readonly objects: Objects;
  readonly uploads: Uploads;
}

/** S3 over the cloud's store. */
export function createS3(cloud: Cloud): S3 {
  const buckets = createBuckets(cloud);
  const objects = createObjects(cloud);
  return { cloud, buckets, objects, uploads: createUploads(cloud, buckets, objects) };
}
