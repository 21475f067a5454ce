import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Stage } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { type AccountTemplateProps, accountTemplate } from './account-template.ts';
import { podIdentityRoleName } from './cluster-roles.ts';
import { foundationTemplate } from './foundation-template.ts';

/**
 * The templates that functions give to CloudFormation in accounts of tenants, written beside the assembly: import -> path.
 * The bundler puts them in place of the imports; a path in the assembly makes bundles that are equal everywhere.
 */
export function bundledTemplates(scope: Construct, account: AccountTemplateProps): Record<string, string> {
  const { prefix, boundaryName } = account;
  const folder = join(Stage.of(scope)?.outdir ?? '.', 'bundled');
  mkdirSync(folder, { recursive: true });
  const write = (name: string, template: string) => {
    const path = join(folder, `${prefix}.${name}.json`);
    writeFileSync(path, template);
    return path;
  };
  return {
    '#foundation-template': write('foundation', foundationTemplate(boundaryName, podIdentityRoleName(prefix))),
    '#account-template': write('account', accountTemplate(account)),
  };
}
