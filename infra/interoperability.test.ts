import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App, Stack, Validations } from 'aws-cdk-lib';
import { AwsSolutionsChecks } from 'cdk-nag';
import { afterAll, describe, expect, it } from 'vitest';
import { projectRoot } from './project-root.ts';
import { Tenantry } from './tenantry.ts';
import { circle, dangling } from './testing/references.ts';
import { allowedTo, ofType, type Resource, statements, type Template, target } from './testing/template.ts';

const folder = mkdtempSync(join(tmpdir(), 'tenantry-sbt-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const config = JSON.parse(readFileSync(join(projectRoot, 'tenantry.config.json'), 'utf8')) as object;
const ENV = { account: '111111111111', region: 'us-east-1' };

/** The template of an installation with this SBT, checked as the app checks its own; functions are not bundled. */
function synthesized(sbt: object | undefined): Template {
  const configFile = join(folder, 'tenantry.config.json');
  writeFileSync(configFile, JSON.stringify({ ...config, ...(sbt && { interoperability: { sbt } }) }));
  const app = new App({ outdir: mkdtempSync(join(folder, 'cdk.out-')), context: { 'aws:cdk:bundling-stacks': [] } });
  new Tenantry(new Stack(app, 'Tenantry', { env: ENV }), 'Tenantry', { configFile });
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
  return app.synth().getStackByName('Tenantry').template as Template;
}

function the(template: Template, type: string, name: string): [id: string, resource: Resource] {
  const nameOf = ({ Properties }: Resource) => Properties['FunctionName'] ?? Properties['Name'];
  const found = ofType(template, type).find(([, resource]) => nameOf(resource) === name);
  if (!found) throw new Error(`the template has no ${type} ${name}`);
  return found;
}

/** The configuration is part of the functions' bundles. */
const withoutHashes = (resource: Resource | undefined) =>
  JSON.parse(JSON.stringify(resource).replace(/[0-9a-f]{64}\.zip/g, ''));

const rights = (template: Template, functionName: string) => {
  const [, { Properties }] = the(template, 'AWS::Lambda::Function', functionName);
  return allowedTo(template, target(Properties['Role'])).filter(({ Action }) =>
    Action.some((action) => /^(dynamodb|events):/.test(action)),
  );
};

describe('with an SBT control plane on a bus of its own', () => {
  const template = synthesized({ eventBus: 'sbt-bus' });
  const plain = synthesized(undefined);

  it('adds the adapter and changes nothing else', () => {
    const ids = (of: Template) => Object.keys(of.Resources);
    const added = ids(template).filter((id) => !ids(plain).includes(id));
    expect(added.length).toBeGreaterThanOrEqual(12);
    for (const id of added) expect(id).toMatch(/^TenantrySbtAdapter/);
    expect(JSON.stringify(plain)).not.toMatch(/sbt/i);
    for (const id of ids(plain)) {
      // The queue's policy lets the new rules in.
      if (plain.Resources[id]?.Type === 'AWS::SQS::QueuePolicy') continue;
      expect(withoutHashes(template.Resources[id]), id).toEqual(withoutHashes(plain.Resources[id]));
    }
    expect(dangling(template)).toEqual([]);
    expect(circle(template)).toEqual([]);
    expect(ids(template).length).toBeLessThanOrEqual(500);
  });

  it('hears SBT’s requests on its bus and answers on it', () => {
    const [, requests] = the(template, 'AWS::Events::Rule', 'tenantry-sbt-requests');
    expect(requests.Properties['EventBusName']).toBe('sbt-bus');
    expect(requests.Properties['EventPattern']).toEqual({
      source: ['sbt.control.plane'],
      'detail-type': ['sbt_aws_onboardingRequest', 'sbt_aws_offboardingRequest'],
    });
    const [, answers] = the(template, 'AWS::Events::Rule', 'tenantry-sbt-answers');
    expect(target(answers.Properties['EventBusName'])).toMatch(/^TenantryBus/);
    expect(answers.Properties['EventPattern']['source']).toEqual(['tenantry']);
    for (const [rule, name] of [
      [requests, 'tenantry-receive-sbt-event'],
      [answers, 'tenantry-answer-sbt'],
    ] as const) {
      const [{ Arn, DeadLetterConfig }] = rule.Properties['Targets'];
      expect(target(Arn)).toBe(the(template, 'AWS::Lambda::Function', name)[0]);
      expect(target(DeadLetterConfig.Arn)).toMatch(/^TenantryUndeliverableEvents/);
      expect([rule.DependsOn].flat().join()).toMatch(/Permission/);
    }
  });

  it('gives each function the rights to what it does, by name', () => {
    const actions = (name: string) =>
      rights(template, name)
        .flatMap(({ Action }) => Action)
        .sort();
    expect(actions('tenantry-receive-sbt-event')).toEqual([
      'dynamodb:GetItem',
      'dynamodb:PutItem',
      'dynamodb:UpdateItem',
      'events:PutEvents',
    ]);
    expect(actions('tenantry-answer-sbt')).toEqual(['dynamodb:GetItem', 'dynamodb:UpdateItem', 'events:PutEvents']);
    const buses = (name: string) =>
      JSON.stringify(rights(template, name).filter(({ Action }) => Action.includes('events:PutEvents')));
    expect(buses('tenantry-answer-sbt')).toContain('event-bus/sbt-bus');
    expect(buses('tenantry-answer-sbt')).not.toContain('TenantryBus');
    expect(buses('tenantry-receive-sbt-event')).toMatch(
      /TenantryBus.*event-bus\/sbt-bus|event-bus\/sbt-bus.*TenantryBus/,
    );
  });

  it('keeps what a function failed to process', () => {
    for (const name of ['tenantry-receive-sbt-event', 'tenantry-answer-sbt']) {
      const [, { Properties }] = the(template, 'AWS::Lambda::Function', name);
      expect(target(Properties['DeadLetterConfig']['TargetArn'])).toMatch(/^TenantryUndeliverableEvents/);
    }
  });
});

it('shares Tenantry’s bus with an SBT that was given it, and takes its names', () => {
  const template = synthesized({ controlPlaneSource: 'shop.control', detailTypePrefix: '' });
  const [, requests] = the(template, 'AWS::Events::Rule', 'tenantry-sbt-requests');
  expect(target(requests.Properties['EventBusName'])).toMatch(/^TenantryBus/);
  expect(requests.Properties['EventPattern']).toEqual({
    source: ['shop.control'],
    'detail-type': ['onboardingRequest', 'offboardingRequest'],
  });
  const [{ Resource = [] } = {}] = rights(template, 'tenantry-receive-sbt-event').filter(({ Action }) =>
    Action.includes('events:PutEvents'),
  );
  expect(Resource).toHaveLength(1);
});

it('takes the ARN of a bus, but not of one elsewhere', () => {
  const arn = (account: string) => `arn:aws:events:us-east-1:${account}:event-bus/SbtEventBus`;
  const [, requests] = the(
    synthesized({ eventBus: arn('111111111111') }),
    'AWS::Events::Rule',
    'tenantry-sbt-requests',
  );
  expect(requests.Properties['EventBusName']).toBe('SbtEventBus');
  expect(() => synthesized({ eventBus: arn('222222222222') })).toThrow(/is not in the account and region/);
});

it.each(['default', 'arn:aws:events:us-east-1:111111111111:event-bus/default'])(
  'lets in the rule of the bus %s, which is named without its bus',
  (eventBus) => {
    const template = synthesized({ eventBus });
    const [, requests] = the(template, 'AWS::Events::Rule', 'tenantry-sbt-requests');
    expect(requests.Properties['EventBusName']).toBe('default');
    const permission = template.Resources[[requests.DependsOn].flat().find((id) => id?.includes('Permission')) ?? ''];
    const sources = statements(template).flatMap(({ statement }) =>
      statement.Sid === 'UndeliveredSbtRequests' ? [statement.Condition] : [],
    );
    expect(sources).toHaveLength(1);
    for (const source of [permission?.Properties['SourceArn'], ...sources])
      expect(JSON.stringify(source)).toMatch(/:rule\/tenantry-sbt-requests"/);
  },
);
