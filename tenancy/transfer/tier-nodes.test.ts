import { describe, expect, it, test } from 'vitest';
import type { KubernetesObject } from '../workspace/kubernetes-object.ts';
import { nodePlacement } from '../workspace/node-pools.ts';
import type { Place } from './place.ts';
import { planTransfer } from './plan.ts';
import { live } from './testing/objects.ts';
import { type TierNodes, withTierNodes } from './tier-nodes.ts';

const key = 'tenantry.dev/tier';
const taint = (value: string) => ({ key, operator: 'Equal', value, effect: 'NoSchedule' });
const other = { key: 'example.com/gpu', operator: 'Exists' };
const gold: TierNodes = { tier: 'gold' };
const pod = { containers: [{ name: 'a' }] };

/** The part of a Deployment's pods that says where they run. */
function nodesAfter(spec: object, nodes: TierNodes, demanded = false): unknown {
  const web = live('apps/v1', 'Deployment', 'web', { spec: { template: { spec: { ...pod, ...spec } } } });
  const { template } = withTierNodes(web, { nodes, demanded }).spec as { template: { spec: object } };
  const { containers: _, ...rest } = template.spec as { containers?: unknown };
  return rest;
}

describe('a workload that names the nodes of its old tier', () => {
  const old = { nodeSelector: { [key]: 'basic', disk: 'ssd' }, tolerations: [other, taint('basic')] };

  it('names those of the new one', () => {
    expect(nodesAfter(old, gold)).toEqual({
      nodeSelector: { [key]: 'gold', disk: 'ssd' },
      tolerations: [other, taint('gold')],
    });
  });

  it('names none where the tier has none of its own, and keeps the rest', () => {
    expect(nodesAfter(old, 'shared')).toEqual({ nodeSelector: { disk: 'ssd' }, tolerations: [other] });
    expect(nodesAfter(nodePlacement('basic'), 'shared')).toEqual({});
  });

  it.each<[string, string, (pod: object) => Record<string, unknown>]>([
    ['v1', 'Pod', (spec) => ({ spec })],
    ['batch/v1', 'Job', (spec) => ({ spec: { template: { spec } } })],
    ['batch/v1', 'CronJob', (spec) => ({ spec: { jobTemplate: { spec: { template: { spec } } } } })],
    ['v1', 'PodTemplate', (spec) => ({ template: { spec } })],
    ['example.com/v1', 'Database', (spec) => ({ spec: { pods: spec } })],
  ])('in a %s %s', (apiVersion, kind, content) => {
    const object = (tier: string) => live(apiVersion, kind, 'a', content({ ...pod, ...nodePlacement(tier) }));
    expect(withTierNodes(object('basic'), { nodes: gold, demanded: true })).toEqual(object('gold'));
    const bare = withTierNodes(object('basic'), { nodes: 'shared', demanded: true });
    expect(bare).toEqual(live(apiVersion, kind, 'a', content(pod)));
  });

  it('a toleration of every tier stays for the new tier to refuse', () => {
    const tolerations = [{ key, operator: 'Exists' }];
    expect(nodesAfter({ tolerations }, gold)).toEqual({ tolerations });
    expect(nodesAfter({ tolerations }, 'shared')).toEqual({ tolerations });
  });
});

describe('affinity', () => {
  const within = { key, operator: 'In', values: ['basic'] };
  const zone = { key: 'zone', operator: 'In', values: ['a'] };
  const required = (...terms: object[]) => ({
    affinity: {
      nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: terms } },
    },
  });
  const preferred = (...preferences: object[]) => ({
    affinity: {
      nodeAffinity: {
        preferredDuringSchedulingIgnoredDuringExecution: preferences.map((preference) => ({ weight: 1, preference })),
      },
    },
  });

  it('names the new tier', () => {
    const wanted = { matchExpressions: [{ ...within, values: ['gold'] }, zone] };
    expect(nodesAfter(required({ matchExpressions: [within, zone] }), gold)).toEqual(required(wanted));
    expect(nodesAfter(preferred({ matchExpressions: [within, zone] }), gold)).toEqual(preferred(wanted));
  });

  it('keeps what else a term wants where the tier has no nodes of its own', () => {
    const bare = required({ matchExpressions: [zone] });
    expect(nodesAfter(required({ matchExpressions: [within, zone] }), 'shared')).toEqual(bare);
    const { matchFields } = { matchFields: [{ key: 'metadata.name', operator: 'In', values: ['n'] }] };
    expect(nodesAfter(required({ matchExpressions: [within], matchFields }), 'shared')).toEqual(
      required({ matchFields }),
    );
  });

  it('wants nothing when one of its terms wanted nothing else: an empty term would match no node', () => {
    const both = required({ matchExpressions: [within] }, { matchExpressions: [zone] });
    expect(nodesAfter(both, 'shared')).toEqual({ affinity: {} });
    expect(nodesAfter(preferred({ matchExpressions: [within] }), 'shared')).toEqual({ affinity: {} });
  });

  it('does not keep pods away from the nodes that they have to run on', () => {
    const away = { key, operator: 'DoesNotExist' };
    expect(nodesAfter(required({ matchExpressions: [away, zone] }), gold)).toEqual(
      required({ matchExpressions: [zone] }),
    );
    expect(nodesAfter(required({ matchExpressions: [away, zone] }), 'shared')).toEqual(
      required({ matchExpressions: [away, zone] }),
    );
  });
});

describe('where the new tier’s nodes are demanded', () => {
  it('pods that name none get them, and keep what else they say', () => {
    expect(nodesAfter({}, gold, true)).toEqual(nodePlacement('gold'));
    expect(nodesAfter({ nodeSelector: { disk: 'ssd' }, tolerations: [other] }, gold, true)).toEqual({
      nodeSelector: { disk: 'ssd', [key]: 'gold' },
      tolerations: [other, taint('gold')],
    });
  });

  it('custom resources only have renamed what they name', () => {
    const object = live('example.com/v1', 'Database', 'a', { spec: { pods: pod } });
    expect(withTierNodes(object, { nodes: gold, demanded: true })).toEqual(object);
  });
});

test('there and back is what it was, by way of nodes of its own, of another tier, and of a virtual cluster', () => {
  const namespace = (nodes: TierNodes): Place => ({ kind: 'namespace', namespace: 'tenant-acme', nodes });
  const inside = (nodes: TierNodes): Place => ({ kind: 'virtual-cluster', customApiGroups: [], nodes });
  const move = (objects: readonly KubernetesObject[], source: Place, target: Place) =>
    planTransfer(objects, { source, target }).objects.filter(({ kind }) => kind !== 'Namespace');
  for (const given of ['shared', gold] as const) {
    const placement = given === 'shared' ? {} : nodePlacement('gold');
    const web = live('apps/v1', 'Deployment', 'web', { spec: { template: { spec: { ...pod, ...placement } } } });
    const home = namespace(given);
    const first = move([web], home, home);
    const way = [namespace({ tier: 'silver' }), inside('shared'), inside(gold), namespace(gold), home];
    let [objects, at] = [first, home];
    for (const next of way) [objects, at] = [move(objects, at, next), next];
    expect(objects).toEqual(first);
  }
});

test('metadata is nobody’s nodes', () => {
  const object = live('v1', 'ConfigMap', 'a', { data: { tier: 'basic' } }, { labels: { [key]: 'basic' } });
  expect(withTierNodes(object, { nodes: gold, demanded: true })).toEqual(object);
});
