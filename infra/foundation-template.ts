import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App } from 'aws-cdk-lib';
import { Asset } from 'aws-cdk-lib/aws-s3-assets';
import type { Construct } from 'constructs';
import { FoundationStack } from './foundation-stack.ts';

/** The synthesized template of a tenant's foundation, as CloudFormation takes it. */
export function foundationTemplate(boundaryName: string): string {
  const app = new App({ outdir: mkdtempSync(join(tmpdir(), 'tenantry-foundation-')), analyticsReporting: false });
  const stack = new FoundationStack(app, 'TenantFoundation', { boundaryName });
  return `${JSON.stringify(app.synth().getStackByName(stack.stackName).template, null, 2)}\n`;
}

/** That template as an asset of the platform's stack: the step ensure-foundation gives its URL to CloudFormation. */
export function foundationAsset(scope: Construct, boundaryName: string): Asset {
  const path = join(mkdtempSync(join(tmpdir(), 'tenantry-foundation-')), 'tenant-foundation.template.json');
  writeFileSync(path, foundationTemplate(boundaryName));
  return new Asset(scope, 'FoundationTemplate', { path });
}
