import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { KubeConfig } from '@kubernetes/client-node';
import { describe, expect, it } from 'vitest';
import { connect } from './support/clients.ts';
import { tenantry } from './support/command-line.ts';
import { endpoint } from './support/endpoint.ts';
import { eventually } from './support/eventually.ts';
import { request } from './support/kubernetes.ts';
import { createTenant, freshTenant } from './support/product.ts';
import { registered } from './support/registry.ts';

const run = (...args: string[]) => tenantry(endpoint, ...args);
const tenant = freshTenant('shell');

describe('tenantry', () => {
  it('env prints what a shell evaluates', async () => {
    const { code, stdout } = await run('env', '--port', new URL(endpoint).port);
    expect(code).toBe(0);
    expect(stdout).toContain(`export AWS_ENDPOINT_URL=${endpoint}\n`);
    for (const line of stdout.trim().split('\n')) expect(line).toMatch(/^export AWS_[A-Z_]+=\S+$/);
    expect(JSON.parse((await run('env', '--json')).stdout)).toMatchObject({ AWS_REGION: 'us-east-1' });
  });

  it('create --wait ends when the tenant is ready', async () => {
    const { code, stdout, stderr } = await run('create', tenant, '--tier', 'basic', '--wait');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout.trim()).toBe(`${tenant} is ready in shared-1, namespace tenant-${tenant}`);
  });

  it('list and show tell about it, for people and as JSON', async () => {
    expect((await run('list')).stdout).toMatch(
      new RegExp(`^${tenant} +READY +basic +pooled +namespace +shared-1`, 'm'),
    );
    const list = JSON.parse((await run('list', '--json')).stdout) as { tenantId: string; state: string }[];
    expect(list.find(({ tenantId }) => tenantId === tenant)).toMatchObject({ state: 'READY' });
    const shown = (await run('show', tenant)).stdout;
    for (const step of ['Admit', 'EnsureFoundation', 'EnsureWorkspace', 'ProveIsolation', 'AnnounceReady'])
      expect(shown).toMatch(new RegExp(`${step} .* succeeded +[0-9.]+ s`));
    const { ledger, operation } = JSON.parse((await run('--json', 'show', tenant)).stdout);
    expect(ledger.map((entry: { state: string }) => entry.state)).toEqual(Array(5).fill('CREATED'));
    expect(operation.steps.every((step: { status: string }) => step.status === 'succeeded')).toBe(true);
  });

  it('kubeconfig holds no secret and lets the tenant in by token', async () => {
    const { code, stdout } = await run('kubeconfig', tenant);
    expect(code).toBe(0);
    expect(JSON.parse(stdout).users[0].user).toEqual({ exec: expect.objectContaining({ args: ['token', tenant] }) });
    const credential = JSON.parse((await run('token', tenant)).stdout);
    expect(credential).toMatchObject({
      kind: 'ExecCredential',
      status: { token: expect.stringMatching(/^k8s-aws-v1\./) },
    });
    const config = new KubeConfig();
    config.loadFromString(stdout);
    expect((await request(config, 'GET', `/api/v1/namespaces/tenant-${tenant}/pods`)).status).toBe(200);
  });

  it('events prints what travels on the bus and removes its rule and queue', async () => {
    const other = freshTenant('heard');
    const listening = run('events', '--count', '2', '--json');
    // It has to be listening before the event is put; its rule shows that it is.
    const clients = connect(endpoint);
    const { ListRulesCommand } = await import('@aws-sdk/client-eventbridge');
    const rules = async () =>
      (await clients.events.send(new ListRulesCommand({ EventBusName: 'tenantry', NamePrefix: 'tenantry-tail-' })))
        .Rules ?? [];
    await expect.poll(async () => (await rules()).length, { timeout: 15_000 }).toBe(1);
    await createTenant(clients, other);
    const { code, stdout } = await listening;
    expect(code).toBe(0);
    const heard = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { 'detail-type': string });
    expect(heard.map((event) => event['detail-type'])).toEqual(['TenantCreated', 'TenantReady']);
    expect(await rules()).toEqual([]);
  });

  it('says what is the matter in one line, without a stack trace, and exits with 1', async () => {
    const failures: [args: string[], message: RegExp][] = [
      [['show', 'nobody-here'], /^tenantry: There is no tenant "nobody-here"\. .*tenantry list.*\n$/],
      [['kubeconfig', 'nobody-here'], /^tenantry: There is no tenant "nobody-here"\..*\n$/],
      [['create', 'Upper/Case', '--tier', 'basic'], /^tenantry: "Upper\/Case" is not a tenant id: .*\n$/],
      [['create', tenant, '--tier', 'basic'], /^tenantry: The tenant ".*" exists already.*\n$/],
    ];
    for (const [args, message] of failures) {
      const { code, stderr } = await run(...args);
      expect({ args, code }).toEqual({ args, code: 1 });
      expect(stderr).toMatch(message);
    }
    const nobody = await tenantry('http://127.0.0.1:9', 'list');
    expect(nobody.code).toBe(1);
    expect(nobody.stderr).toMatch(/^tenantry: Nobody answers at http:\/\/127\.0\.0\.1:9: .*npm start.*\n$/);
  });

  it('leads a tenant through its life: protected, suspended, resumed, deleted, and not after all', async () => {
    const [clients, who] = [connect(endpoint), freshTenant('shelled')];
    const reached = (state: string) =>
      eventually(`${who} to be ${state}`, async () =>
        (await registered(clients, who))?.['state'] === state ? true : undefined,
      );
    const says = async (...args: string[]) => {
      const { code, stdout, stderr } = await run(...args);
      return code === 0 ? stdout : `${code}: ${stderr}`;
    };
    await createTenant(clients, who);
    await reached('READY');
    expect(await says('protect', who)).toBe(`deletions of ${who} are refused from now on\n`);
    expect(await says('delete', who, '--now')).toMatch(/^1: tenantry: .*"tenantry unprotect" first\.\n$/);
    expect(await says('unprotect', who)).toBe(`${who} can be deleted\n`);
    expect(await says('resume', who)).toMatch(/^1: tenantry: .*READY.*\n$/);
    for (const [args, event, state] of [
      [['suspend', who, '--reason', 'overdue'], 'TenantSuspensionRequested', 'SUSPENDED'],
      [['resume', who], 'TenantResumptionRequested', 'READY'],
      [['delete', who], 'TenantDeletionRequested', 'DELETION_PENDING'],
    ] as const) {
      expect(await says(...args)).toMatch(new RegExp(`^${event} \\S+ is on the bus; "tenantry show ${who}"`));
      await reached(state);
    }
    expect(await says('protect', who)).toMatch(/^1: tenantry: .*"tenantry cancel-deletion .*takes it back.*\n$/);
    expect(await says('cancel-deletion', who)).toMatch(/^TenantDeletionCancelled /);
    await reached('READY');
    expect(await says('cancel-deletion', who)).toMatch(/^1: tenantry: No deletion of .* is pending \(it is READY\)/);
  });

  it('up with a configuration that is none says what is wrong with it, before anything is removed', async () => {
    const state = mkdtempSync(join(tmpdir(), 'tenantry-command-line-'));
    const config = join(state, 'state.sqlite');
    writeFileSync(config, JSON.stringify({ tiers: {}, colour: 'green' }));
    const { code, stderr } = await run('up', '--port', '0', '--state', state, '--fresh', '--config', config);
    const kept = existsSync(config);
    rmSync(state, { recursive: true });
    expect({ code, kept }).toEqual({ code: 1, kept: true });
    expect(stderr.split('\n')).toEqual(
      expect.arrayContaining([
        `tenantry: ${config} is not a valid configuration:`,
        expect.stringMatching(/^ {2}acceptedSources: ./),
        '  (whole file): Unrecognized key: "colour"',
      ]),
    );
  });

  it('up on a taken port says so and how to choose another', async () => {
    const { code, stderr } = await run('up', '--port', new URL(endpoint).port, '--state', '/nonexistent/tenantry');
    expect(code).toBe(1);
    expect(stderr.trim().split('\n')).toHaveLength(1);
  });
});
