import { expect, it } from 'vitest';
import { defaultVclusterSettings } from '../vcluster/settings.ts';
import { nodePoolSettings } from '../workspace/node-pools.ts';
import { basicNumbers, type WorkspaceNumbers } from '../workspace/numbers.ts';
import { tenantPlace } from './tenant-place.ts';

const vclusters = { ...defaultVclusterSettings, customApiGroups: ['example.com'] };
const nodePool = nodePoolSettings.parse({ limits: { cpu: '100', memory: '400Gi' } });

function placeIn(workspace: 'namespace' | 'vcluster' | 'cluster', numbers: Partial<WorkspaceNumbers> = {}) {
  const placed = { tier: 'gold', placement: { account: 'pooled' as const, workspace }, namespace: 'tenant-acme--2' };
  return tenantPlace('acme', placed, { says: { workspace: { ...basicNumbers, ...numbers } }, vclusters });
}

it.each(['namespace', 'cluster'] as const)('a %s is one namespace, with the hosts of the tier', (workspace) => {
  const ingress = { ...basicNumbers.ingress, domain: 'gold.example.com' };
  expect(placeIn(workspace, { ingress })).toEqual({
    kind: 'namespace',
    namespace: 'tenant-acme--2',
    ingressDomain: 'acme.gold.example.com',
    nodes: 'shared',
  });
});

it('a virtual cluster has the custom resources that the installation lets tenants define', () => {
  expect(placeIn('vcluster')).toEqual({ kind: 'virtual-cluster', customApiGroups: ['example.com'], nodes: 'shared' });
});

it.each(['namespace', 'vcluster'] as const)('a %s runs on the nodes of its tier where that has any', (workspace) => {
  expect(placeIn(workspace, { nodePool })).toMatchObject({ nodes: { tier: 'gold' } });
});
