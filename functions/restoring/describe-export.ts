import { S3Client } from '@aws-sdk/client-s3';
import { z } from 'zod';
import { exportManifest } from '../../tenancy/transfer/export-manifest.ts';
import { environment, once } from '../runtime/environment.ts';
import { step } from '../runtime/step.ts';
import { readManifest } from './read-export.ts';

const s3 = once(() => new S3Client({}));

/** Not a step of a workflow: invoked for `tenantry restore`, which has to know whose export it is before the tenant is made. */
export const handler = step({
  name: 'describe-export',
  input: z.object({ key: z.string().min(1) }),
  output: exportManifest,
  run: ({ key }) => readManifest(s3(), { bucket: environment('EXPORT_BUCKET'), key }),
});
