import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App, Stack } from 'aws-cdk-lib';
import { afterAll, describe, expect, it } from 'vitest';
import { projectRoot } from './project-root.ts';
import { Tenantry } from './tenantry.ts';
import { circle, dangling } from './testing/references.ts';
import { allowedTo, ofType, statements, type Template, target } from './testing/template.ts';

const folder = mkdtempSync(join(tmpdir(), 'tenantry-network-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const network = {
  subnetIds: ['subnet-0123456789abcdef0', 'subnet-0123456789abcdef1'],
  securityGroupIds: ['sg-0123456789abcdef0'],
};

const config = JSON.parse(readFileSync(join(projectRoot, 'tenantry.config.json'), 'utf8'));
const configFile = join(folder, 'config.json');
writeFileSync(
  configFile,
  JSON.stringify({ ...config, clusters: { ...config.clusters, publicAccessCidrs: [] }, functions: network }),
);
const app = new App({ outdir: join(folder, 'cdk.out'), context: { 'aws:cdk:bundling-stacks': [] } });
new Tenantry(new Stack(app, 'Shop'), 'Tenantry', { prefix: 'shop', configFile });
const template = app.synth().getStackByName('Shop').template as Template;
const functions = ofType(template, 'AWS::Lambda::Function').map(([, resource]) => resource);
const inside = functions.filter(({ Properties }) => Properties['VpcConfig']);

describe('functions in a VPC', () => {
  it('are exactly those that have an entry in clusters', () => {
    const principals = new Set(
      ofType(template, 'AWS::EKS::AccessEntry').map(([, { Properties }]) => target(Properties['PrincipalArn'])),
    );
    expect(principals.size).toBeGreaterThan(10);
    expect(new Set(inside.map(({ Properties }) => target(Properties['Role'])))).toEqual(principals);
    for (const { Properties } of inside)
      expect(Properties['VpcConfig']).toEqual({
        SubnetIds: network.subnetIds,
        SecurityGroupIds: network.securityGroupIds,
      });
  });

  it('have interfaces made in these subnets and with these groups, and nowhere else', () => {
    for (const { Properties } of inside) {
      const role = target(Properties['Role']);
      const creating = allowedTo(template, role).filter(({ Action }) => Action.includes('ec2:CreateNetworkInterface'));
      const named = creating.flatMap(({ Resource }) => Resource.map((arn) => JSON.stringify(arn).split(':').at(-1)));
      expect(named.map((name) => name?.replace(/[^a-z0-9/*-]/g, '')).sort(), role).toEqual([
        'network-interface/*',
        'security-group/sg-0123456789abcdef0',
        'subnet/subnet-0123456789abcdef0',
        'subnet/subnet-0123456789abcdef1',
      ]);
    }
    const others = functions
      .filter((resource) => !inside.includes(resource))
      .map(({ Properties }) => target(Properties['Role']));
    for (const role of others)
      for (const { Action } of allowedTo(template, role))
        expect(Action, role).not.toContain('ec2:CreateNetworkInterface');
  });

  it('have interfaces deleted by a right to all of EC2’s ids, which Lambda asks for', () => {
    for (const { Properties } of inside) {
      const role = target(Properties['Role']);
      const deleting = allowedTo(template, role).filter(({ Action }) => Action.includes('ec2:DeleteNetworkInterface'));
      const named = deleting.flatMap(({ Resource }) => Resource.map((arn) => JSON.stringify(arn)));
      expect(named, role).toHaveLength(1);
      expect(named[0], role).toMatch(/:ec2:.*:\*\/\*"/);
    }
  });

  it('are made after the right to make their interfaces, which Lambda checks at once', () => {
    for (const { DependsOn = [], Properties } of inside) {
      const role = target(Properties['Role']);
      const policies = ofType(template, 'AWS::IAM::Policy')
        .filter(([, policy]) => policy.Properties['Roles'].some((one: unknown) => target(one) === role))
        .map(([id]) => id);
      expect(DependsOn).toEqual(expect.arrayContaining(policies));
    }
  });

  it('do not hand the right to make interfaces to their code', () => {
    const denied = statements(template).filter(({ statement }) => statement.Sid === 'InterfacesAreNotForTheCode');
    expect(denied).toHaveLength(inside.length);
    for (const { statement } of denied)
      expect(statement.Action).toEqual(
        expect.arrayContaining(['ec2:CreateNetworkInterface', 'ec2:DeleteNetworkInterface']),
      );
    const names = denied.map(
      ({ statement }) => JSON.stringify(statement.Condition).match(/function:([a-z0-9-]+)/)?.[1],
    );
    expect(names.sort()).toEqual(inside.map(({ Properties }) => Properties['FunctionName']).sort());
  });

  it('lead every reference somewhere, and none in a circle', () => {
    expect(dangling(template)).toEqual([]);
    expect(circle(template)).toEqual([]);
  });
});
