import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { ensureAssembly } from '../cli/up/assembly.ts';
import { circle, dangling, references } from './testing/references.ts';
import {
  allowedTo,
  ofType,
  type Resource,
  readTemplate,
  ruleOfArn,
  statements,
  type Template,
  target,
} from './testing/template.ts';

let assembly: string;
let template: Template;

beforeAll(async () => {
  assembly = await ensureAssembly(() => undefined);
  template = readTemplate(assembly, 'Tenantry');
}, 300_000);

const each = (type: string, check: (resource: Resource, id: string) => void) => {
  const found = ofType(template, type);
  expect(found.length, type).toBeGreaterThan(0);
  for (const [id, resource] of found) check(resource, id);
};

describe('structure', () => {
  it('has no reference that leads nowhere', () => {
    expect(references(template).length).toBeGreaterThan(100);
    expect(dangling(template)).toEqual([]);
  });

  it('has no circle of references', () => {
    expect(circle(template)).toEqual([]);
  });

  it('stays within what CloudFormation takes', () => {
    // https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html
    expect(Object.keys(template.Resources).length).toBeLessThanOrEqual(500);
    expect(readFileSync(join(assembly, 'Tenantry.template.json')).byteLength).toBeLessThanOrEqual(1_000_000);
    for (const id of Object.keys(template.Resources)) expect(id).toMatch(/^[A-Za-z0-9]{1,255}$/);
  });
});

/** What roles and resources' policies give, without policies of keys: those let the account in and are about their key alone. */
const given = () => {
  const keys = new Set(ofType(template, 'AWS::KMS::Key').map(([id]) => id));
  return statements(template).filter(({ at }) => !keys.has(at));
};

describe('least privilege', () => {
  it('allows no action by a wildcard', () => {
    const allowed = given().filter(({ statement }) => statement.Effect === 'Allow');
    expect(allowed.length).toBeGreaterThan(50);
    for (const { at, statement } of allowed)
      for (const action of statement.Action) expect(action, at).toMatch(/^[a-z0-9-]+:[A-Za-z0-9]+$/);
  });

  it('names the resource, but for actions that take none and the boundary, which goes by tags', () => {
    // https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html
    const takesNone =
      /^(xray:|ec2:Describe|eks:ListClusters$|organizations:(ListRoots|ListAccounts|ListCreateAccountStatus|DescribeCreateAccountStatus)$|logs:(CreateLogDelivery|GetLogDelivery|UpdateLogDelivery|DeleteLogDelivery|ListLogDeliveries|PutResourcePolicy|DescribeResourcePolicies|DescribeLogGroups)$)/;
    for (const { at, statement } of given()) {
      if (statement.Effect === 'Deny' || !statement.Resource.includes('*')) continue;
      if (at.includes('ResourcesWithTheTagOfThePrincipal')) expect(statement.Condition).toBeDefined();
      else for (const action of statement.Action) expect(action, at).toMatch(takesNone);
    }
  });

  it('gives every function a role of its own', () => {
    const roles = ofType(template, 'AWS::Lambda::Function').map(([, { Properties }]) => target(Properties['Role']));
    expect(new Set(roles).size).toBe(roles.length);
    each('AWS::IAM::Policy', ({ Properties }, id) => {
      expect(Properties['Roles'], id).toHaveLength(1);
    });
    expect(ofType(template, 'AWS::IAM::ManagedPolicy')).toHaveLength(1);
    each('AWS::IAM::Role', ({ Properties }, id) => {
      // EKS documents which of AWS's own policies clusters and nodes need.
      if (/^tenantry-added-(cluster|node)$/.test(Properties['RoleName'])) return;
      expect(Properties['ManagedPolicyArns'], id).toBeUndefined();
    });
  });

  it('lets a role be assumed by one AWS service only', () => {
    each('AWS::IAM::Role', ({ Properties }, id) => {
      for (const { Principal, Action } of Properties['AssumeRolePolicyDocument'].Statement) {
        expect(Object.keys(Principal), id).toEqual(['Service']);
        // EKS hands session tags on. https://docs.aws.amazon.com/eks/latest/userguide/pod-id-role.html
        const tags = /^(eks|pods\.eks)\./.test(Principal.Service);
        expect([Action].flat(), id).toEqual(['sts:AssumeRole', ...(tags ? ['sts:TagSession'] : [])]);
      }
    });
  });

  it('lets EventBridge invoke a function for one rule only', () => {
    each('AWS::Lambda::Permission', ({ Properties }, id) => {
      expect(Properties['Principal'], id).toBe('events.amazonaws.com');
      const rule = ruleOfArn(template, Properties['SourceArn']);
      const invoked = template.Resources[rule]?.Properties['Targets'].map(({ Arn }: { Arn: unknown }) => target(Arn));
      expect(invoked, id).toEqual([target(Properties['FunctionName'])]);
    });
  });

  it('refuses queue access without TLS', () => {
    each('AWS::SQS::QueuePolicy', ({ Properties }, id) => {
      expect(Properties['PolicyDocument'].Statement, id).toContainEqual(
        expect.objectContaining({ Effect: 'Deny', Condition: { Bool: { 'aws:SecureTransport': 'false' } } }),
      );
    });
  });
});

describe('events', () => {
  it('keeps what no target takes: every rule target has a dead-letter queue, which the rule may write to, and a retry policy', () => {
    each('AWS::Events::Rule', ({ Properties }, rule) => {
      expect(Properties['Targets'].length, rule).toBeGreaterThan(0);
      for (const { DeadLetterConfig, RetryPolicy } of Properties['Targets']) {
        const queue = target(DeadLetterConfig.Arn);
        expect(template.Resources[queue]?.Type, rule).toBe('AWS::SQS::Queue');
        expect(RetryPolicy, rule).toEqual({ MaximumEventAgeInSeconds: 86_400, MaximumRetryAttempts: 185 });
        const writers = statements(template)
          .filter(({ statement }) => statement.Action.includes('sqs:SendMessage') && statement.Principal)
          .filter(({ statement }) => target(statement.Resource[0]) === queue)
          .map(({ statement }) =>
            ruleOfArn(template, (statement.Condition?.['ArnEquals'] as Record<string, unknown>)?.['aws:SourceArn']),
          );
        expect(writers, rule).toContain(rule);
      }
    });
  });

  it('loses nothing at a first deployment: a rule fires only when it may invoke, and write to its queue', () => {
    each('AWS::Events::Rule', ({ DependsOn = [] }, rule) => {
      const before = [DependsOn].flat().map((id) => template.Resources[id]?.Type);
      expect(before, rule).toEqual(expect.arrayContaining(['AWS::Lambda::Permission', 'AWS::SQS::QueuePolicy']));
    });
  });

  it('keeps what a target failed on: every function that a rule invokes has a dead-letter queue it may write to', () => {
    each('AWS::Events::Rule', ({ Properties }, rule) => {
      for (const { Arn } of Properties['Targets']) {
        const invoked = template.Resources[target(Arn)]?.Properties ?? {};
        const queue = target(invoked['DeadLetterConfig']?.TargetArn);
        const mayWrite = allowedTo(template, target(invoked['Role'])).some(
          ({ Action, Resource }) =>
            Action.includes('sqs:SendMessage') && Resource.some((resource) => target(resource) === queue),
        );
        expect(mayWrite, rule).toBe(true);
      }
    });
  });

  it('keeps messages for the 14 days that SQS can keep them', () => {
    each('AWS::SQS::Queue', ({ Properties }, id) => {
      expect(Properties['MessageRetentionPeriod'], id).toBe(1_209_600);
      expect(Properties['SqsManagedSseEnabled'], id).toBe(true);
    });
  });

  it('archives what travels on the bus', () => {
    each('AWS::Events::Archive', ({ Properties }) => expect(Properties['RetentionDays']).toBe(90));
  });
});

it('every function runs on Node 24 on ARM, is traced, and has its own log group and a bundle in the assembly', () => {
  const logGroups = new Set<string>();
  each('AWS::Lambda::Function', ({ Properties }, id) => {
    expect(Properties['Runtime'], id).toBe('nodejs24.x');
    expect(Properties['Architectures'], id).toEqual(['arm64']);
    expect(Properties['TracingConfig'], id).toEqual({ Mode: 'Active' });
    logGroups.add(target(Properties['LoggingConfig'].LogGroup));
    const bundle = join(assembly, `asset.${Properties['Code'].S3Key.replace('.zip', '')}`);
    expect(existsSync(join(bundle, 'index.mjs')), id).toBe(true);
  });
  expect(logGroups.size).toBe(ofType(template, 'AWS::Lambda::Function').length);
  each('AWS::Logs::LogGroup', ({ Properties }, id) => expect(Properties['RetentionInDays'], id).toBeGreaterThan(0));
});

it('the registry survives the stack, and any second of its last 35 days can be restored', () => {
  each('AWS::DynamoDB::GlobalTable', ({ Properties, DeletionPolicy, UpdateReplacePolicy }) => {
    expect(DeletionPolicy).toBe('Retain');
    expect(UpdateReplacePolicy).toBe('Retain');
    expect(Properties['Replicas']).toHaveLength(1);
    expect(Properties['Replicas'][0].PointInTimeRecoverySpecification).toEqual({ PointInTimeRecoveryEnabled: true });
    expect(Properties['Replicas'][0].DeletionProtectionEnabled).toBe(true);
  });
});
