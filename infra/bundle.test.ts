import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App, Stack } from 'aws-cdk-lib';
import { buildSync } from 'esbuild';
import { afterAll, expect, it } from 'vitest';
import { handlers } from './bundle.ts';
import { functionName } from './function-names.ts';
import { projectRoot } from './project-root.ts';
import { Tenantry } from './tenantry.ts';
import { ofType, type Template } from './testing/template.ts';

const KUBERNETES = '@kubernetes/client-node';

const folder = mkdtempSync(join(tmpdir(), 'tenantry-bundles-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Names of the functions that are in clusters: with closed endpoints they are those in the VPC. */
function functionsInClusters(): string[] {
  const config = JSON.parse(readFileSync(join(projectRoot, 'tenantry.config.json'), 'utf8'));
  const configFile = join(folder, 'config.json');
  const functions = {
    subnetIds: ['subnet-0123456789abcdef0', 'subnet-0123456789abcdef1'],
    securityGroupIds: ['sg-0123456789abcdef0'],
  };
  writeFileSync(configFile, JSON.stringify({ ...config, functions }));
  const app = new App({ outdir: join(folder, 'cdk.out'), context: { 'aws:cdk:bundling-stacks': [] } });
  new Tenantry(new Stack(app, 'Shop'), 'Tenantry', { prefix: 'shop', configFile });
  return ofType(app.synth().getStackByName('Shop').template as Template, 'AWS::Lambda::Function')
    .filter(([, { Properties }]) => Properties['VpcConfig'])
    .map(([, { Properties }]) => Properties['FunctionName'] as string);
}

/** The packages that each function's bundle takes in, by the function's name. Packages themselves are not read: it takes a second. */
function packagesOf(): Map<string, string[]> {
  const entries = handlers();
  const { metafile } = buildSync({
    entryPoints: entries.map(({ source, file }) => ({ in: file, out: source })),
    outdir: folder,
    bundle: true,
    write: false,
    metafile: true,
    platform: 'node',
    format: 'esm',
    packages: 'external',
    absWorkingDir: projectRoot,
    logLevel: 'error',
  });
  const sources = new Map(entries.map(({ source }) => [`functions/${source}.ts`, source]));
  return new Map(
    Object.values(metafile.outputs).flatMap(({ entryPoint = '', imports }) => {
      const source = sources.get(entryPoint);
      return source === undefined ? [] : [[functionName('shop', source), imports.map(({ path }) => path)] as const];
    }),
  );
}

it('the client of Kubernetes is in the bundles of functions that work in clusters, and in no other', () => {
  const packages = packagesOf();
  expect(packages.size).toBe(handlers().length);
  const inClusters = functionsInClusters();
  expect(inClusters.length).toBeGreaterThan(10);
  const withKubernetes = [...packages].filter(([, paths]) => paths.includes(KUBERNETES)).map(([name]) => name);
  expect(withKubernetes.sort()).toEqual(inClusters.sort());
});
