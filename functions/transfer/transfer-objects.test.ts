import { expect, test } from 'vitest';
import { planTransfer } from '../../tenancy/transfer/plan.ts';
import type { KubernetesObject } from '../../tenancy/workspace/kubernetes-object.ts';
import type { Kubernetes, KubernetesAnswer, KubernetesRequest } from '../kubernetes/client.ts';
import { transferObjects } from './transfer-objects.ts';

const configMap = (name: string, colour = 'red'): KubernetesObject => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name, namespace: 'a' },
  data: { colour },
});

const place = { kind: 'namespace', namespace: 'a', ingressDomain: 'a.example.com' } as const;
const planOf = (...names: string[]) =>
  planTransfer(
    names.map((name) => configMap(name)),
    { source: place, target: place },
  );

/** A cluster with ConfigMaps only. What it makes of a written one is `keeps`: what it refuses, it says why. */
function target(keeps: (object: KubernetesObject, times: number) => KubernetesObject | string) {
  const kept = new Map<string, KubernetesObject>();
  const writes: string[] = [];
  const write = (object: KubernetesObject): KubernetesAnswer => {
    const { name } = object.metadata;
    writes.push(name);
    const made = keeps(object, writes.filter((each) => each === name).length);
    if (typeof made === 'string') return { status: 403, body: { message: made } };
    kept.set(name, made);
    return { status: 200, body: made };
  };
  const resources = [{ name: 'configmaps', kind: 'ConfigMap', namespaced: true, verbs: ['list'] }];
  const read: Record<string, () => unknown> = {
    '/apis': () => ({ groups: [] }),
    '/api/v1': () => ({ resources }),
    '/api/v1/namespaces/a/configmaps': () => ({ items: [...kept.values()], metadata: {} }),
  };
  const request = async ({ method, path, body }: KubernetesRequest): Promise<KubernetesAnswer> => {
    if (method === 'PATCH') return write(body as KubernetesObject);
    const answer = read[path.replace(/\?.*/, '')];
    return answer ? { status: 200, body: answer() } : { status: 404, body: { message: path } };
  };
  return { kubernetes: { request } as unknown as Kubernetes, writes };
}

const options = { timeLeft: () => 60_000, wait: async () => undefined };

test('ends where one object is refused for good and another differs again after each write', async () => {
  const { kubernetes, writes } = target((object, times) => {
    // A test that runs for ever says nothing.
    if (times > 20) throw new Error('it goes on and on');
    if (object.metadata.name === 'refused') return 'no';
    return configMap('restless', 'whatever a controller makes of it');
  });
  await expect(transferObjects(kubernetes, planOf('refused', 'restless'), options)).rejects.toMatchObject({
    name: 'TransferRefused',
    message: expect.stringMatching(/^The target refuses ConfigMap a\/refused: .*no/),
  });
  expect(writes.filter((name) => name === 'refused')).toHaveLength(2);
});

test('tries again what was refused as long as the refusals get fewer', async () => {
  const made = new Set<string>();
  const { kubernetes } = target((object) => {
    const { name } = object.metadata;
    // Each needs the one after it.
    const needs = `object-${Number(name.split('-')[1]) + 1}`;
    if (needs !== 'object-4' && !made.has(needs)) return `${needs} is not there`;
    made.add(name);
    return object;
  });
  const plan = planOf('object-1', 'object-2', 'object-3');
  expect(await transferObjects(kubernetes, plan, options)).toMatchObject({
    written: 3,
    comparison: { missing: [], different: [] },
  });
});
