import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App, Stack } from 'aws-cdk-lib';
import { afterAll, describe, expect, it } from 'vitest';
import { exampleRules } from '../tenancy/upgrades/testing/simulation.ts';
import { projectRoot } from './project-root.ts';
import { afterEach } from './steps-upgrades.ts';
import { Tenantry } from './tenantry.ts';
import { circle, dangling } from './testing/references.ts';
import { allowedTo, ofType, type Template, target } from './testing/template.ts';

const folder = mkdtempSync(join(tmpdir(), 'tenantry-upgrades-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function synthesized(upgrades?: object): Template {
  const config = JSON.parse(readFileSync(join(projectRoot, 'tenantry.config.json'), 'utf8'));
  const configFile = join(folder, 'config.json');
  writeFileSync(configFile, JSON.stringify({ ...config, ...(upgrades && { upgrades }) }));
  const app = new App({ outdir: join(folder, 'cdk.out'), context: { 'aws:cdk:bundling-stacks': [] } });
  new Tenantry(new Stack(app, 'Shop'), 'Tenantry', { prefix: 'shop', configFile });
  return app.synth().getStackByName('Shop').template as Template;
}

const named = (template: Template, type: string, property: string, name: string) =>
  ofType(template, type).find(([, { Properties }]) => Properties[property] === name)?.[1].Properties;
const rule = (template: Template, name: string) => named(template, 'AWS::Events::Rule', 'Name', name);

describe('where the configuration has rules of automatic tier changes', () => {
  const template = synthesized(exampleRules());
  const evaluate = named(template, 'AWS::Lambda::Function', 'FunctionName', 'shop-evaluate-usage');

  it('leads every reference somewhere, and none in a circle', () => {
    expect(dangling(template)).toEqual([]);
    expect(circle(template)).toEqual([]);
  });

  it('evaluates them after each period', () => {
    expect(rule(template, 'shop-usage-evaluation')?.['ScheduleExpression']).toBe('cron(10 * * * ? *)');
    expect(afterEach('day').expressionString).toBe('cron(10 0 * * ? *)');
  });

  it('lets what evaluates them do exactly what it does', () => {
    const granted = allowedTo(template, target(evaluate?.['Role']));
    const actions = new Set(granted.flatMap(({ Action }) => Action));
    const common = /^(logs:(CreateLogStream|PutLogEvents)|xray:.*)$/;
    expect([...actions].filter((action) => !common.test(action)).sort()).toEqual([
      'dynamodb:GetItem',
      'dynamodb:PutItem',
      'dynamodb:Query',
      'dynamodb:UpdateItem',
      'events:PutEvents',
      // Events that it failed on.
      'sqs:SendMessage',
    ]);
  });

  it('lets in, of all that Tenantry says itself, the requests that the rules have made', () => {
    expect(rule(template, 'shop-decided-changes')).toMatchObject({
      EventPattern: { source: ['tenantry'], 'detail-type': ['TenantTierChangeRequested'] },
    });
    const products = rule(template, 'shop-product-events')?.['EventPattern'].source;
    expect(products).toEqual([{ prefix: 'saas.' }]);
  });
});

describe('where it has none', () => {
  const template = synthesized();

  it('has no part for them, but keeps usage until it expires', () => {
    expect(JSON.stringify(template)).not.toMatch(/evaluate-usage|decided-changes/);
    const [[, table] = []] = ofType(template, 'AWS::DynamoDB::GlobalTable');
    expect(table?.Properties['TimeToLiveSpecification']).toEqual({ AttributeName: 'expiresAt', Enabled: true });
  });
});
