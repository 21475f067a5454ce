import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App, Stack } from 'aws-cdk-lib';
import { afterAll, describe, expect, it } from 'vitest';
import { projectRoot } from './project-root.ts';
import { Tenantry } from './tenantry.ts';
import { circle, dangling } from './testing/references.ts';
import type { Template } from './testing/template.ts';

const folder = mkdtempSync(join(tmpdir(), 'tenantry-app-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** An app of somebody else, with none of this project's settings; functions are not bundled, which takes long. */
const someApp = () => new App({ outdir: join(folder, 'cdk.out'), context: { 'aws:cdk:bundling-stacks': [] } });

/** States that a definition leads to, and those that it has. */
function statesOf(definition: string): { named: string[]; there: string[] } {
  const there: string[] = [];
  JSON.parse(definition, (key, value) => {
    if (key === 'States') there.push(...Object.keys(value));
    return value;
  });
  const named = [...definition.matchAll(/"(?:Next|Default|StartAt)": "(\w+)"/g)].map(([, name = '']) => name);
  return { named, there };
}

/** Names that two installations in one account and region must not share. */
const NAMES = [
  'TableName',
  'QueueName',
  'FunctionName',
  'StateMachineName',
  'ManagedPolicyName',
  'RoleName',
  'ArchiveName',
  'LogGroupName',
];

function physicalNames(template: Template): string[] {
  return Object.values(template.Resources).flatMap(({ Type, Properties = {} }) =>
    [...NAMES, 'Name'].flatMap((name) => (typeof Properties[name] === 'string' ? [`${Type} ${Properties[name]}`] : [])),
  );
}

describe('the construct in somebody else’s app', () => {
  it('stands twice in one account, under different prefixes, and shares no name', () => {
    const app = someApp();
    // Two in one stack would pass the 500 resources that CloudFormation takes.
    for (const prefix of ['shop', 'trial']) new Tenantry(new Stack(app, `Stack-${prefix}`), 'Tenantry', { prefix });
    const assembly = app.synth();
    const templates = ['shop', 'trial'].map(
      (prefix) => assembly.getStackByName(`Stack-${prefix}`).template as Template,
    );
    for (const template of templates) {
      expect(dangling(template)).toEqual([]);
      expect(circle(template)).toEqual([]);
    }
    const names = templates.flatMap(physicalNames);
    expect(names.length).toBeGreaterThan(80);
    expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([]);
    // Two whole templates, with every rule of cdk-nag.
  }, 90_000);

  it('hands out what others connect to', () => {
    const tenantry = new Tenantry(new Stack(someApp(), 'Shop'), 'Tenantry');
    for (const part of [tenantry.bus, tenantry.registry, tenantry.rejectedEvents, tenantry.undeliverableEvents])
      expect(part.node.path).toMatch(/^Shop\/Tenantry\//);
    expect(tenantry.workflows.onboardTenant.stateMachineName).toBe('tenantry-onboard-tenant');
  });

  it('takes tiers and clusters from a configuration of the app’s own', () => {
    const config = JSON.parse(readFileSync(join(projectRoot, 'tenantry.config.json'), 'utf8'));
    const configFile = join(folder, 'tiers.json');
    writeFileSync(
      configFile,
      JSON.stringify({ ...config, acceptedSources: ['shop.'], sharedClusters: [{ name: 'blue', capacity: 5 }] }),
    );
    const app = someApp();
    new Tenantry(new Stack(app, 'Shop'), 'Tenantry', { configFile });
    const template = app.synth().getStackByName('Shop').template as Template;
    const of = (type: string) => Object.values(template.Resources).filter(({ Type }) => Type === type);
    expect(of('AWS::EKS::AccessEntry').every(({ Properties }) => Properties['ClusterName'] === 'blue')).toBe(true);
    expect(JSON.stringify(of('AWS::Events::Rule'))).toContain('{"prefix":"shop."}');
  });

  it('has no part for accounts where none are vended', () => {
    const { accounts: _, ...config } = JSON.parse(readFileSync(join(projectRoot, 'tenantry.config.json'), 'utf8'));
    const configFile = join(folder, 'pooled.json');
    writeFileSync(configFile, JSON.stringify({ ...config, tiers: { basic: config.tiers.basic } }));
    const app = someApp();
    const tenantry = new Tenantry(new Stack(app, 'Shop'), 'Tenantry', { configFile });
    expect(tenantry.workflows.accounts).toBeUndefined();
    const template = app.synth().getStackByName('Shop').template as Template;
    const machines = Object.values(template.Resources).filter(
      ({ Type }) => Type === 'AWS::StepFunctions::StateMachine',
    );
    expect(machines).toHaveLength(11);
    for (const { Properties } of machines) {
      const definition = Properties['DefinitionString'] as string;
      const used = new Set([...definition.matchAll(/\$\{(\w+)\}/g)].map(([, name]) => name));
      expect([...used].sort()).toEqual(Object.keys(Properties['DefinitionSubstitutions']).sort());
      const { named, there } = statesOf(definition);
      expect(named.filter((name) => !there.includes(name))).toEqual([]);
      expect(there.filter((name) => !named.includes(name))).toEqual([]);
    }
    expect(JSON.stringify(template)).not.toMatch(/organizations:|tenantry-broker|vend-account/);
  });

  it('refuses a configuration with a mistake, by name', () => {
    const configFile = join(folder, 'mistake.json');
    writeFileSync(configFile, JSON.stringify({ acceptedSources: ['shop.'], sharedClusters: [], tiers: {}, tears: 1 }));
    const make = () => new Tenantry(new Stack(someApp(), 'Shop'), 'Tenantry', { configFile });
    expect(make).toThrow(/mistake\.json is not a valid configuration[\s\S]*sharedClusters[\s\S]*tears/);
  });
});
