import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App, Stack } from 'aws-cdk-lib';
import { afterAll, describe, expect, it } from 'vitest';
import { projectRoot } from './project-root.ts';
import { Tenantry } from './tenantry.ts';
import { circle, dangling } from './testing/references.ts';
import { allowedTo, ofType, type Template, target } from './testing/template.ts';

const folder = mkdtempSync(join(tmpdir(), 'tenantry-clusters-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function synthesized(added: object, more: object = {}): Template {
  const config = JSON.parse(readFileSync(join(projectRoot, 'tenantry.config.json'), 'utf8'));
  const clusters = { ...config.clusters, ...more, added };
  const configFile = join(folder, 'config.json');
  writeFileSync(configFile, JSON.stringify({ ...config, clusters }));
  const app = new App({ outdir: join(folder, 'cdk.out'), context: { 'aws:cdk:bundling-stacks': [] } });
  new Tenantry(new Stack(app, 'Shop'), 'Tenantry', { prefix: 'shop', configFile });
  return app.synth().getStackByName('Shop').template as Template;
}

const added = { maximum: 3, capacity: 100, subnetIds: ['subnet-0a', 'subnet-0b'] };
const makers = (template: Template) =>
  ofType(template, 'AWS::Lambda::Function').filter(
    ([, { Properties }]) => Properties['Environment'].Variables.NODE_ROLE_ARN,
  );

describe('where room is to be kept in shared clusters', () => {
  const template = synthesized({ ...added, ahead: 20 });
  const [, maker] =
    makers(template).find(([, { Properties }]) => Properties['FunctionName'] === 'shop-replenish-clusters') ?? [];
  const granted = allowedTo(template, target(maker?.Properties['Role']));

  it('leads every reference somewhere, and none in a circle', () => {
    expect(dangling(template)).toEqual([]);
    expect(circle(template)).toEqual([]);
  });

  it('looks every five minutes', () => {
    const [, rule] =
      ofType(template, 'AWS::Events::Rule').find(
        ([, { Properties }]) => Properties['Name'] === 'shop-cluster-replenishment',
      ) ?? [];
    expect(rule?.Properties['ScheduleExpression']).toBe('rate(5 minutes)');
  });

  it('may make the clusters that are added, and none of tenants', () => {
    const actions = new Set(granted.flatMap(({ Action }) => Action).filter((action) => !/^(logs|xray):/.test(action)));
    expect([...actions].sort()).toEqual([
      'dynamodb:GetItem',
      'dynamodb:PutItem',
      'dynamodb:Query',
      'dynamodb:UpdateItem',
      'eks:AssociateAccessPolicy',
      'eks:CreateAccessEntry',
      'eks:CreateCluster',
      'eks:DescribeCluster',
      'eks:TagResource',
      'iam:PassRole',
      // Visits that it failed on.
      'sqs:SendMessage',
    ]);
    const clusters = granted.filter(({ Action }) => Action.includes('eks:CreateCluster'));
    expect(JSON.stringify(clusters)).toContain('cluster/shop-shared-*');
    expect(JSON.stringify(clusters)).not.toContain('tenantry-tenant');
  });

  it('makes the same functions known in a cluster as the step of an operation does', () => {
    const principals = makers(template).map(
      ([, { Properties }]) => Properties['Environment'].Variables.PLATFORM_PRINCIPALS,
    );
    expect(principals).toHaveLength(2);
    expect(principals[0]).toEqual(principals[1]);
  });
});

it.each([added, { ...added, ahead: 0 }])('has no part for it where none is to be kept', (some) => {
  expect(JSON.stringify(synthesized(some))).not.toContain('replenish-clusters');
});

it('lets whoever makes a cluster use the key that its secrets are encrypted with, and nobody where there is none', () => {
  const kmsKeyArn = 'arn:aws:kms:us-east-1:111111111111:key/1234abcd-12ab-34cd-56ef-1234567890ab';
  const template = synthesized({ ...added, ahead: 1 }, { kmsKeyArn });
  for (const [, { Properties }] of makers(template)) {
    const granted = allowedTo(template, target(Properties['Role'])).filter(({ Resource }) =>
      Resource.includes(kmsKeyArn),
    );
    expect(granted.map(({ Action }) => Action)).toEqual([['kms:CreateGrant', 'kms:DescribeKey']]);
  }
  expect(JSON.stringify(synthesized({ ...added, ahead: 1 }))).not.toContain('kms:CreateGrant');
});
