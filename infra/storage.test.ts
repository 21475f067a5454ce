import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App, Stack } from 'aws-cdk-lib';
import { afterAll, describe, expect, it } from 'vitest';
import { projectRoot } from './project-root.ts';
import { Tenantry } from './tenantry.ts';
import { allowedTo, ofType, statements, type Template, target } from './testing/template.ts';

const folder = mkdtempSync(join(tmpdir(), 'tenantry-storage-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const config = JSON.parse(readFileSync(join(projectRoot, 'tenantry.config.json'), 'utf8'));
const configFile = join(folder, 'config.json');
writeFileSync(configFile, JSON.stringify({ ...config, export: { retentionDays: 400 } }));
const app = new App({ outdir: join(folder, 'cdk.out'), context: { 'aws:cdk:bundling-stacks': [] } });
new Tenantry(new Stack(app, 'Shop'), 'Tenantry', { prefix: 'shop', configFile });
const template = app.synth().getStackByName('Shop').template as Template;
const [[id, bucket] = ['', undefined], ...others] = ofType(template, 'AWS::S3::Bucket');
const [[keyId, key] = ['', undefined], ...otherKeys] = ofType(template, 'AWS::KMS::Key');
const keyArn = { 'Fn::GetAtt': [keyId, 'Arn'] };

describe('the bucket of exports', () => {
  it('is the only one, and survives the stack', () => {
    expect(others).toEqual([]);
    expect([bucket?.DeletionPolicy, bucket?.UpdateReplacePolicy]).toEqual(['Retain', 'Retain']);
  });

  it('encrypts whatever is written to it', () => {
    expect(bucket?.Properties['BucketEncryption']).toEqual({
      ServerSideEncryptionConfiguration: [
        { BucketKeyEnabled: true, ServerSideEncryptionByDefault: { SSEAlgorithm: 'aws:kms', KMSMasterKeyID: keyArn } },
      ],
    });
  });

  it('keeps every version for as many days as the configuration says', () => {
    expect(bucket?.Properties).toMatchObject({
      VersioningConfiguration: { Status: 'Enabled' },
      ObjectLockEnabled: true,
      ObjectLockConfiguration: {
        ObjectLockEnabled: 'Enabled',
        Rule: { DefaultRetention: { Mode: 'GOVERNANCE', Days: 400 } },
      },
    });
  });

  it('is open to nobody outside, by policy or by list', () => {
    expect(bucket?.Properties['PublicAccessBlockConfiguration']).toEqual({
      BlockPublicAcls: true,
      BlockPublicPolicy: true,
      IgnorePublicAcls: true,
      RestrictPublicBuckets: true,
    });
    expect(bucket?.Properties['OwnershipControls']).toEqual({ Rules: [{ ObjectOwnership: 'BucketOwnerEnforced' }] });
  });

  it('answers nobody without TLS, and its policy says nothing else', () => {
    const policies = ofType(template, 'AWS::S3::BucketPolicy').filter(
      ([, { Properties }]) => target(Properties['Bucket']) === id,
    );
    const arn = { 'Fn::GetAtt': [id, 'Arn'] };
    expect(policies.flatMap(([, { Properties }]) => Properties['PolicyDocument'].Statement)).toEqual([
      {
        Effect: 'Deny',
        Action: 's3:*',
        Principal: { AWS: '*' },
        Condition: { Bool: { 'aws:SecureTransport': 'false' } },
        Resource: [arn, { 'Fn::Join': ['', [arn, '/*']] }],
      },
    ]);
  });
});

describe('the key of the exports', () => {
  it('is the only one, survives the stack as what it encrypts does, and is rotated', () => {
    expect(otherKeys).toEqual([]);
    expect([key?.DeletionPolicy, key?.UpdateReplacePolicy]).toEqual(['Retain', 'Retain']);
    expect(key?.Properties['EnableKeyRotation']).toBe(true);
  });

  it('has a name', () => {
    expect(ofType(template, 'AWS::KMS::Alias').map(([, { Properties }]) => Properties)).toEqual([
      { AliasName: 'alias/shop-exports', TargetKeyId: keyArn },
    ]);
  });

  it('leaves it to IAM in its own account who may use it', () => {
    const account = ['arn:', { Ref: 'AWS::Partition' }, ':iam::', { Ref: 'AWS::AccountId' }, ':root'];
    expect(key?.Properties['KeyPolicy'].Statement).toEqual([
      { Effect: 'Allow', Action: 'kms:*', Resource: '*', Principal: { AWS: { 'Fn::Join': ['', account] } } },
    ]);
  });

  it('is used by who writes and reads exports, through S3, and by no other role', () => {
    const found = statements(template).filter(
      ({ at, statement: { Action, Effect } }) =>
        Effect === 'Allow' && at !== keyId && Action.some((action) => /^(\*|kms:)/i.test(action)),
    );
    const roles = ofType(template, 'AWS::IAM::Role').map(([roleId, { Properties }]) => ({
      name: Properties['RoleName'],
      uses: allowedTo(template, roleId).filter((statement) =>
        found.some((use) => JSON.stringify(use.statement) === JSON.stringify(statement)),
      ),
    }));
    const via = { 'Fn::Join': ['', ['s3.', { Ref: 'AWS::Region' }, '.amazonaws.com']] };
    const Condition = { StringEquals: { 'kms:ViaService': via } };
    const use = (...Action: string[]) => [{ Effect: 'Allow', Action, Resource: [keyArn], Condition }];
    expect(found).toHaveLength(3);
    expect(
      Object.fromEntries(roles.filter(({ uses }) => uses.length > 0).map(({ name, uses }) => [name, uses])),
    ).toEqual({
      'shop-export-workspace': use('kms:GenerateDataKey', 'kms:Decrypt'),
      'shop-restore-workspace': use('kms:Decrypt'),
      'shop-describe-export': use('kms:Decrypt'),
    });
  });
});
