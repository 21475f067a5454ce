// biome-ignore-all lint/suspicious/noTemplateCurlyInString: placeholders of the cloud assembly
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import type { OperationInput } from '../kernel/service.ts';
import { s3Service } from '../s3/service.ts';
import { ssmService } from '../ssm/service.ts';
import { deployAssembly } from './assembly.ts';
import { readAssembly } from './assembly-manifest.ts';
import { logGroup, OPERATOR, testCloud } from './test-cloud.ts';

const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

const BUCKET = 'cdk-hnb659fds-assets-${AWS::AccountId}-${AWS::Region}';

/** An assembly of two stacks, as `cdk synth` writes them; `Shop` imports from `Base` and has a folder as asset. */
function assembly(resources: object = { A: logGroup({ LogGroupName: 'a' }) }): string {
  const folder = mkdtempSync(join(tmpdir(), 'assembly-'));
  folders.push(folder);
  const write = (name: string, content: unknown) => writeFileSync(join(folder, name), JSON.stringify(content));
  const stack = (name: string, dependencies: string[]) => ({
    type: 'aws:cloudformation:stack',
    environment: 'aws://unknown-account/unknown-region',
    properties: { templateFile: `${name}.template.json`, tags: { team: 'x' } },
    dependencies,
  });
  write('manifest.json', {
    artifacts: {
      Shop: stack('Shop', ['Base', 'Shop.assets']),
      'Shop.assets': { type: 'cdk:asset-manifest', properties: { file: 'Shop.assets.json' } },
      Base: stack('Base', []),
    },
  });
  const destinations = (objectKey: string) => ({ current: { bucketName: BUCKET, objectKey } });
  write('Shop.assets.json', {
    files: {
      one: { source: { path: 'asset.one', packaging: 'zip' }, destinations: destinations('one.zip') },
      two: { source: { path: 'two.json', packaging: 'file' }, destinations: destinations('two.json') },
    },
  });
  mkdirSync(join(folder, 'asset.one'));
  writeFileSync(join(folder, 'asset.one', 'index.js'), 'exports.handler = async () => 1;');
  write('two.json', { StartAt: 'A' });
  const version = {
    BootstrapVersion: { Type: 'AWS::SSM::Parameter::Value<String>', Default: '/cdk-bootstrap/hnb659fds/version' },
  };
  write('Base.template.json', {
    Parameters: version,
    Resources: { B: logGroup({ LogGroupName: 'b' }) },
    Outputs: { Name: { Value: { Ref: 'B' }, Export: { Name: 'base-name' } } },
  });
  write('Shop.template.json', {
    Parameters: version,
    Resources: {
      ...resources,
      I: logGroup({ LogGroupName: { 'Fn::Join': ['-', [{ 'Fn::ImportValue': 'base-name' }, 'i']] } }),
    },
  });
  return folder;
}

function cloudWithStorage() {
  const test = testCloud();
  test.cloud.register(s3Service(test.cloud));
  test.cloud.register(ssmService(test.cloud));
  const puts: string[] = [];
  const put = test.cloud.services.get('s3')?.operations.PutObject;
  if (!put) throw new Error('s3 has PutObject');
  const handle = put.handle;
  put.handle = (input, context) => {
    puts.push(input.Key);
    return handle(input, context);
  };
  return { ...test, puts };
}

it('deploys stacks after those they depend on, with assets, and does nothing the second time', async () => {
  const { cloud, groups, puts, calls } = cloudWithStorage();
  const folder = assembly();
  const lines: string[] = [];
  const deployed = await deployAssembly(cloud, folder, { progress: (line) => lines.push(line) });
  expect(deployed.map(({ stackName, changed }) => [stackName, changed])).toEqual([
    ['Base', true],
    ['Shop', true],
  ]);
  expect([...groups.keys()].sort()).toEqual(['a', 'b', 'b-i']);
  expect(groups.get('a').tags).toEqual({ team: 'x' });
  expect(puts).toEqual(['one.zip', 'two.json']);
  expect(lines).toEqual(['Base: CREATE_COMPLETE', 'Shop: published 2 assets', 'Shop: CREATE_COMPLETE']);
  const target = { Bucket: 'cdk-hnb659fds-assets-111111111111-us-east-1', Key: 'one.zip' };
  const zip: OperationInput = await cloud.call('s3', 'GetObject', target, OPERATOR);
  expect(Buffer.from(zip.Body).toString('latin1')).toContain('index.js');

  calls.length = 0;
  const again = await deployAssembly(cloud, folder);
  expect(again.map((stack) => stack.changed)).toEqual([false, false]);
  expect(again.map((stack) => stack.outputs)).toEqual([{ Name: 'b' }, {}]);
  expect(puts).toHaveLength(2);
  expect(calls).toEqual([]);
});

it('names stack, resource and reason of a failure, and deploys over the rolled-back stack afterwards', async () => {
  const { cloud, groups } = cloudWithStorage();
  const clash = assembly({ A: logGroup({ LogGroupName: 'b' }) });
  await expect(deployAssembly(cloud, clash)).rejects.toThrow(
    /^Stack Shop ended in ROLLBACK_COMPLETE. A \(AWS::Logs::LogGroup\): .*The specified log group already exists/,
  );
  expect([...groups.keys()]).toEqual(['b']);
  await deployAssembly(cloud, assembly());
  expect([...groups.keys()].sort()).toEqual(['a', 'b', 'b-i']);
});

it('deploys chosen stacks with what they need', async () => {
  const { cloud } = cloudWithStorage();
  const names = async (stacks: string[]) =>
    (await deployAssembly(cloud, assembly(), { stacks })).map((stack) => stack.stackName);
  expect(await names(['Base'])).toEqual(['Base']);
  expect(await names(['Shop'])).toEqual(['Base', 'Shop']);
  await expect(names(['Nope'])).rejects.toThrow('has no stack Nope; it has: Base, Shop');
});

it('says what a folder lacks to be an assembly', () => {
  expect(() => readAssembly('/nowhere')).toThrow('/nowhere is no cloud assembly');
});
