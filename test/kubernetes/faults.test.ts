import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { seededRandom } from '../../functions/testing/random.ts';
import { ensureClusterBaseline } from '../../functions/workspaces/ensure-cluster-baseline.ts';
import { ensureNamespace } from '../../functions/workspaces/ensure-namespace.ts';
import { releaseNamespace } from '../../functions/workspaces/release-namespace.ts';
import { type ErrorName, errorCatalogue, isErrorName } from '../../tenancy/errors.ts';
import type { KubernetesObject } from '../../tenancy/workspace/kubernetes-object.ts';
import { basicNumbers } from '../../tenancy/workspace/numbers.ts';
import { eventually } from './eventually.ts';
import { type ApiFault, type FaultProxy, startFaultProxy } from './fault-proxy.ts';
import { startTestCluster, type TestCluster } from './test-cluster.ts';

/** The steps against an API server that throttles, fails, hangs up, loses answers, does not know us or says nothing for a while. */
let cluster: TestCluster;
let proxy: FaultProxy;

beforeAll(async () => {
  cluster = await startTestCluster();
  await eventually(() => ensureClusterBaseline({ kubernetes: cluster.administrator }));
  proxy = await startFaultProxy(cluster);
});
afterEach(() => {
  proxy.faultOf = () => undefined;
});
afterAll(async () => {
  await proxy?.close();
  await cluster?.stop();
});

const expected: Record<ApiFault, ErrorName> = {
  throttled: 'KubernetesThrottled',
  failing: 'ClusterUnreachable',
  'hanging-up': 'ClusterUnreachable',
  'lost-answer': 'ClusterUnreachable',
  unauthorized: 'KubernetesUnauthorized',
  silent: 'ClusterUnreachable',
  stalling: 'ClusterUnreachable',
};
/** What the text says besides the name: where it was, how long was waited, and what to do or look at. */
const said: Record<ApiFault, RegExp> = {
  throttled: /made up: throttled .*asks to come back after 7 s/,
  failing: /made up: failing/,
  'hanging-up': /Look at the status of the cluster and at its endpoint access/,
  'lost-answer': /Look at the status of the cluster and at its endpoint access/,
  unauthorized: /made up: unauthorized/,
  silent: /no answer within 0\.5 s\. Look at the API server/,
  stalling: /its answer \(HTTP \d+\) stopped after 1 bytes and did not go on within 0\.5 s\. Look at the API server/,
};
const slow: readonly ApiFault[] = ['silent', 'stalling'];
const faults = Object.keys(expected) as ApiFault[];
const workspace = (tenantId: string) => ({ tenantId, tier: 'basic', generation: 1, numbers: basicNumbers });

/** Runs a step as the workflow does: again after errors that Retry names, and no other. Names of what it failed with. */
async function asWorkflow(step: () => Promise<unknown>): Promise<Set<string>> {
  const failed = new Set<string>();
  for (let attempt = 0; attempt < 200; attempt++) {
    try {
      await step();
      return failed;
    } catch (error) {
      const { name, message } = error as Error;
      if (!isErrorName(name) || errorCatalogue[name].kind === 'fail') throw new Error(`${name}: ${message}`);
      failed.add(name);
      await pause(name === 'StillDeleting' ? 200 : 10);
    }
  }
  throw new Error(`200 attempts were not enough; it failed with ${[...failed].join(', ')}`);
}

/** What the fences of a namespace say, without what the API server counts itself. */
async function fences(tenantId: string): Promise<unknown[]> {
  const namespace = `tenant-${tenantId}`;
  const kinds = [
    ['v1', 'ResourceQuota'],
    ['v1', 'LimitRange'],
    ['networking.k8s.io/v1', 'NetworkPolicy'],
    ['rbac.authorization.k8s.io/v1', 'RoleBinding'],
  ].map(([apiVersion = '', kind = '']) => ({ apiVersion, kind }));
  const lists = await Promise.all(kinds.map((kind) => cluster.administrator.list(kind, { namespace })));
  const text = ({ metadata, spec, subjects }: KubernetesObject) => ({ name: metadata.name, spec, subjects });
  return JSON.parse(JSON.stringify(lists.flat().map(text)).replaceAll(tenantId, 'ID')) as unknown[];
}

test.each(faults)(
  'an API server that is %s at any one request: named error, nothing lost, nothing twice',
  async (kind) => {
    const tenantId = `one-${faults.indexOf(kind)}`;
    const kubernetes = slow.includes(kind) ? proxy.impatient : proxy.client;
    const begun = proxy.requests();
    await asWorkflow(() => ensureNamespace({ kubernetes: proxy.client }, workspace('whole')));
    const requests = proxy.requests() - begun;
    const failed = new Set<string>();
    // The request that goes wrong moves through the whole step. A connection that broke is tried once more at once, so two in a row.
    // Waiting for a slow one takes its time, so only at every third.
    for (let position = 0; position < requests; position += slow.includes(kind) ? 3 : 1) {
      const first = proxy.requests() + position;
      proxy.faultOf = (request) => (request === first || request === first + 1 ? kind : undefined);
      const error = await ensureNamespace({ kubernetes }, workspace(tenantId)).catch((thrown: Error) => thrown);
      if (!(error instanceof Error)) continue;
      failed.add(error.name);
      expect(error.message).toMatch(said[kind]);
      expect(error.message).toContain(proxy.address);
    }
    proxy.faultOf = () => undefined;
    expect([...failed]).toEqual([expected[kind]]);
    await asWorkflow(() => ensureNamespace({ kubernetes: proxy.client }, workspace(tenantId)));
    expect(await fences(tenantId)).toEqual(await fences('whole'));
  },
);

test('one that does all of it but say nothing, for a third of the requests, through a whole life', async () => {
  const seed = 6;
  const random = seededRandom(seed);
  const quick = faults.filter((fault) => !slow.includes(fault));
  // A storm ends: a step of twenty requests at once would otherwise pass by luck only.
  const storm = () => {
    const end = proxy.requests() + 300;
    proxy.faultOf = (request) =>
      request < end && random.chance(1 / 3) ? quick[random.below(quick.length)] : undefined;
  };
  const tenantId = 'stormy';
  storm();
  const made = await asWorkflow(() => ensureNamespace({ kubernetes: proxy.client }, workspace(tenantId)));
  expect([...made], `seed ${seed}`).toContain('KubernetesThrottled');
  expect(await fences(tenantId)).toEqual(await fences('whole'));
  storm();
  await asWorkflow(() => releaseNamespace({ kubernetes: proxy.client }, { tenantId, generation: 1 }));
  proxy.faultOf = () => undefined;
  const namespaces = await cluster.administrator.list({ apiVersion: 'v1', kind: 'Namespace' });
  expect(namespaces.map(({ metadata }) => metadata.name)).not.toContain(`tenant-${tenantId}`);
  expect(namespaces.map(({ metadata }) => metadata.name)).toContain('tenant-whole');
});

test('a namespace stuck in Terminating: who is in the way is said, nothing is made in it, and it goes on when that is gone', async () => {
  const kubernetes = proxy.client;
  const tenantId = 'stuck';
  const namespace = `tenant-${tenantId}`;
  await asWorkflow(() => ensureNamespace({ kubernetes }, workspace(tenantId)));
  const metadata = { name: 'held', namespace, finalizers: ['example.com/hold'] };
  await cluster.administrator.apply({ apiVersion: 'v1', kind: 'ConfigMap', metadata });
  await expect(releaseNamespace({ kubernetes }, workspace(tenantId))).rejects.toMatchObject({ name: 'StillDeleting' });
  const text = await eventually(async () => {
    const error = await releaseNamespace({ kubernetes }, workspace(tenantId)).catch((thrown: Error) => thrown);
    if (!(error instanceof Error) || error.name !== 'StillDeleting') throw new Error(`it did not hold: ${error}`);
    if (!error.message.includes('example.com/hold')) throw error;
    return error.message;
  });
  expect(text).toMatch(/^Namespace tenant-stuck is being deleted since .*configmaps\. has 1 resource instances/);
  await expect(ensureNamespace({ kubernetes }, workspace(tenantId))).rejects.toMatchObject({
    name: 'NamespaceTerminating',
    message: expect.stringContaining(namespace),
  });
  await cluster.administrator.apply({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { ...metadata, finalizers: [] } });
  await asWorkflow(() => releaseNamespace({ kubernetes }, workspace(tenantId)));
  await asWorkflow(() => ensureNamespace({ kubernetes }, workspace(tenantId)));
  expect(await fences(tenantId)).toEqual(await fences('whole'));
});
