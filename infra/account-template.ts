import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App } from 'aws-cdk-lib';
import { AccountStack, type AccountStackProps } from './account-stack.ts';

/**
 * The synthesized template of an account's baseline: at most 51,200 bytes, because it is given to CloudFormation in the
 * request itself.
 * https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html
 */
export function accountTemplate(props: Pick<AccountStackProps, 'prefix' | 'boundaryName'>): string {
  const app = new App({ outdir: mkdtempSync(join(tmpdir(), 'tenantry-account-')), analyticsReporting: false });
  const stack = new AccountStack(app, 'TenantAccount', props);
  return JSON.stringify(app.synth().getStackByName(stack.stackName).template);
}
