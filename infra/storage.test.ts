import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App, Stack } from 'aws-cdk-lib';
import { afterAll, describe, expect, it } from 'vitest';
import { projectRoot } from './project-root.ts';
import { Tenantry } from './tenantry.ts';
import { ofType, type Template, target } from './testing/template.ts';

const folder = mkdtempSync(join(tmpdir(), 'tenantry-storage-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const config = JSON.parse(readFileSync(join(projectRoot, 'tenantry.config.json'), 'utf8'));
const configFile = join(folder, 'config.json');
writeFileSync(configFile, JSON.stringify({ ...config, export: { retentionDays: 400 } }));
const app = new App({ outdir: join(folder, 'cdk.out'), context: { 'aws:cdk:bundling-stacks': [] } });
new Tenantry(new Stack(app, 'Shop'), 'Tenantry', { prefix: 'shop', configFile });
const template = app.synth().getStackByName('Shop').template as Template;
const [[id, bucket] = ['', undefined], ...others] = ofType(template, 'AWS::S3::Bucket');

describe('the bucket of exports', () => {
  it('is the only one, and survives the stack', () => {
    expect(others).toEqual([]);
    expect([bucket?.DeletionPolicy, bucket?.UpdateReplacePolicy]).toEqual(['Retain', 'Retain']);
  });

  it('encrypts whatever is written to it', () => {
    expect(bucket?.Properties['BucketEncryption']).toEqual({
      ServerSideEncryptionConfiguration: [{ ServerSideEncryptionByDefault: { SSEAlgorithm: 'AES256' } }],
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
