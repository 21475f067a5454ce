import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App, type Stack } from 'aws-cdk-lib';

/** What a stack of its own synthesizes to, as it is given to CloudFormation in a request; leaves no file behind. */
export function templateText(stackIn: (app: App) => Stack): string {
  const outdir = mkdtempSync(join(tmpdir(), 'tenantry-template-'));
  try {
    const app = new App({ outdir, analyticsReporting: false });
    const stack = stackIn(app);
    return JSON.stringify(app.synth().getStackByName(stack.stackName).template);
  } finally {
    rmSync(outdir, { recursive: true });
  }
}
