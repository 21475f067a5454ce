import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App } from 'aws-cdk-lib';
import { FoundationStack } from './foundation-stack.ts';

/**
 * The synthesized template of a tenant's foundation: at most 51,200 bytes, because it is given to CloudFormation in the
 * request itself (an account of a tenant cannot read the platform's buckets).
 * https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html
 */
export function foundationTemplate(boundaryName: string, podIdentityRoleName?: string): string {
  const app = new App({ outdir: mkdtempSync(join(tmpdir(), 'tenantry-foundation-')), analyticsReporting: false });
  const stack = new FoundationStack(app, 'TenantFoundation', { boundaryName, podIdentityRoleName });
  return JSON.stringify(app.synth().getStackByName(stack.stackName).template);
}
