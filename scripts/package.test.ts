import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';

const root = join(import.meta.dirname, '..');
let folder: string;

/** The package as a stranger installs it: packed, unpacked below node_modules, with the same dependencies beside it. */
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'tenantry-package-'));
  execFileSync('npm', ['pack', '--silent', '--pack-destination', folder], { cwd: root, stdio: 'pipe' });
  const modules = join(folder, 'node_modules');
  mkdirSync(join(modules, 'tenantry'), { recursive: true });
  const archive = readdirSync(folder).find((file) => file.endsWith('.tgz')) ?? '';
  execFileSync('tar', ['xzf', join(folder, archive), '-C', join(modules, 'tenantry'), '--strip-components=1']);
  for (const name of readdirSync(join(root, 'node_modules'))) {
    if (!name.startsWith('.')) symlinkSync(join(root, 'node_modules', name), join(modules, name));
  }
}, 120_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function run(source: string): string {
  writeFileSync(join(folder, 'main.mjs'), source);
  return execFileSync(process.execPath, [join(folder, 'main.mjs')], { encoding: 'utf8', cwd: folder });
}

it('gives product backends the contract and the publisher', () => {
  const output = run(`
    import { createPublisher, tenantCreated } from 'tenantry/events';
    const entries = [];
    const client = { send: async ({ input }) => (entries.push(...input.Entries), { FailedEntryCount: 0 }) };
    await createPublisher({ client, source: 'saas.shop' }).publish({ type: tenantCreated, data: { tenantId: 'acme', tier: 'basic' } });
    console.log(entries[0].EventBusName, entries[0].DetailType, JSON.parse(entries[0].Detail).data.tenantId);
  `);
  expect(output.trim()).toBe('tenantry TenantCreated acme');
});

it('gives platform engineers the construct, which synthesizes in their own app', () => {
  const output = run(`
    import { App, Stack } from 'aws-cdk-lib';
    import { Tenantry } from 'tenantry/infra';
    const app = new App({ context: { 'aws:cdk:bundling-stacks': [] } });
    new Tenantry(new Stack(app, 'Mine'), 'Tenantry');
    const { Resources } = app.synth().getStackByName('Mine').template;
    console.log(Object.values(Resources).filter((resource) => resource.Type === 'AWS::StepFunctions::StateMachine').length);
  `);
  const workflows = readdirSync(join(import.meta.dirname, '../statemachines')).filter((file) =>
    file.endsWith('.asl.json'),
  );
  expect(Number(output)).toBe(workflows.length);
});

it('leaves tests and caches out', () => {
  const listing = execFileSync(
    'tar',
    ['tzf', join(folder, readdirSync(folder).find((file) => file.endsWith('.tgz')) ?? '')],
    { encoding: 'utf8' },
  );
  expect(listing).not.toMatch(/\.test\.ts$|node_modules\/|\.tenantry\/|cdk\.out\//m);
});
