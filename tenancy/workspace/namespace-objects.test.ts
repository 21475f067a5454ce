import { BlockList, isIPv6 } from 'node:net';
import { describe, expect, test } from 'vitest';
import { clusterRoles } from './cluster-roles.ts';
import { groupName, namespaceName, podSecurityLabels, workspaceLabels } from './names.ts';
import { namespaceObjects } from './namespace-objects.ts';
import { basicNumbers } from './numbers.ts';

const workspace = { tenantId: 'acme', tier: 'basic', generation: 3 };
const objects = namespaceObjects(workspace, basicNumbers);

function specOf(kind: string, name: string): Record<string, unknown> {
  const found = objects.find((object) => object.kind === kind && object.metadata.name === name);
  if (found === undefined) throw new Error(`no ${kind} ${name}`);
  return found.spec as Record<string, unknown>;
}

test('the namespace comes first and everything else lies in it', () => {
  expect(objects[0]).toMatchObject({ kind: 'Namespace', metadata: { name: 'tenant-acme--3' } });
  expect(new Set(objects.slice(1).map((object) => object.metadata.namespace))).toEqual(new Set(['tenant-acme--3']));
});

test('no object is named twice, and a tenant costs no more than 18', () => {
  const names = objects.map((object) => `${object.kind}/${object.metadata.name}`);
  expect(new Set(names).size).toBe(names.length);
  expect(names.length).toBeLessThanOrEqual(18);
});

test('every object says whose it is', () => {
  for (const object of objects) expect(object.metadata.labels).toMatchObject(workspaceLabels(workspace));
});

test('Pod Security is pinned to a version in all three modes', () => {
  const labels = podSecurityLabels();
  expect(Object.keys(labels)).toHaveLength(6);
  for (const mode of ['enforce', 'audit', 'warn']) {
    expect(labels[`pod-security.kubernetes.io/${mode}`]).toBe('restricted');
    expect(labels[`pod-security.kubernetes.io/${mode}-version`]).toMatch(/^v1\.\d+$/);
  }
  expect(objects[0]?.metadata.labels).toMatchObject(labels);
});

test('the bindings give existing cluster roles to the tenant’s groups and to nobody else', () => {
  const roles = clusterRoles().map((role) => role.metadata.name);
  const bindings = objects.filter((object) => object.kind === 'RoleBinding');
  expect(bindings).toHaveLength(3);
  for (const binding of bindings) {
    expect(roles).toContain((binding.roleRef as { name: string }).name);
  }
  expect(bindings.flatMap((binding) => binding.subjects)).toEqual(
    (['admin', 'edit', 'view'] as const).map((role) => ({
      apiGroup: 'rbac.authorization.k8s.io',
      kind: 'Group',
      name: groupName('acme', role),
    })),
  );
});

test('no service account mounts a token on its own', () => {
  const accounts = objects.filter((object) => object.kind === 'ServiceAccount');
  expect(accounts.map((account) => account.metadata.name)).toContain('default');
  for (const account of accounts) expect(account.automountServiceAccountToken).toBe(false);
});

test('the quota counts what tenants create, and forbids node ports', () => {
  const { hard } = specOf('ResourceQuota', 'tenant-objects') as { hard: Record<string, string> };
  expect(hard['services.nodeports']).toBe('0');
  const created = clusterRoles()
    .flatMap((role) => role.rules as { apiGroups: string[]; resources: string[]; verbs: string[] }[])
    .filter((rule) => rule.verbs.includes('create'))
    .flatMap((rule) => rule.resources.map((resource) => [resource, rule.apiGroups[0]] as const))
    .filter(([resource]) => !resource.includes('/') && resource !== 'localsubjectaccessreviews');
  expect(created.length).toBeGreaterThan(10);
  for (const [resource, group] of created) {
    const counted = group === '' ? [resource, `count/${resource}`] : [`count/${resource}.${group}`];
    expect(counted.some((name) => name in hard)).toBe(true);
  }
});

test('the priority quota forbids every class but the tier’s own', () => {
  const spec = specOf('ResourceQuota', 'tenant-foreign-priority');
  expect(spec).toMatchObject({
    hard: { pods: '0' },
    scopeSelector: {
      matchExpressions: [
        { values: ['system-cluster-critical', 'system-node-critical', 'tenantry-standard', 'tenantry-high'] },
      ],
    },
  });
});

test.each(['', 'Acme', '../etc', 'a_b', '-a', 'a-', 'x'.repeat(57)])('the tenant id %j makes no namespace', (id) => {
  expect(() => namespaceName({ tenantId: id, generation: 1 })).toThrow(RangeError);
});

describe('egress', () => {
  const policies = objects.filter((object) => object.kind === 'NetworkPolicy');

  test('is denied both ways unless a policy opens it', () => {
    expect(specOf('NetworkPolicy', 'default-deny')).toEqual({ podSelector: {}, policyTypes: ['Ingress', 'Egress'] });
  });

  test.each([
    ['8.8.8.8', 443, true],
    ['2001:4860:4860::8888', 443, true],
    ['169.254.170.23', 80, true],
    ['fd00:ec2::23', 80, true],
    ['169.254.170.23', 443, false],
    ['169.254.169.254', 80, false],
    ['fd00:ec2::254', 80, false],
    ['169.254.170.2', 80, false],
    ['10.0.0.10', 443, false],
    ['172.20.0.1', 443, false],
    ['172.20.0.10', 53, true],
    ['10.100.0.10', 53, true],
    ['172.20.0.10', 443, false],
    ['192.168.1.1', 443, false],
    ['100.64.1.1', 443, false],
    ['127.0.0.1', 6443, false],
    ['64:ff9b::a00:a', 443, false],
  ])('to %s port %i is open: %s', (address, port, open) => {
    expect(isOpen(address, port)).toBe(open);
  });

  test('is closed to the internet for a tier without it, but open to the Pod Identity agent', () => {
    const closed = namespaceObjects(workspace, { ...basicNumbers, internetEgress: false });
    const names = closed.map((object) => object.metadata.name);
    expect(names).not.toContain('allow-internet-egress');
    expect(names).toContain('allow-pod-identity');
  });

  function isOpen(address: string, port: number): boolean {
    const rules = policies.flatMap((policy) => (policy.spec as { egress?: EgressRule[] }).egress ?? []);
    return rules.some(
      (rule) =>
        (rule.ports === undefined || rule.ports.some((allowed) => allowed.port === port)) &&
        (rule.to ?? []).some(
          ({ ipBlock }) =>
            ipBlock !== undefined &&
            contains(ipBlock.cidr, address) &&
            !(ipBlock.except ?? []).some((range) => contains(range, address)),
        ),
    );
  }
});

interface EgressRule {
  readonly to?: { readonly ipBlock?: { readonly cidr: string; readonly except?: string[] } }[];
  readonly ports?: { readonly port: number }[];
}

function contains(cidr: string, address: string): boolean {
  const [network = '', prefix] = cidr.split('/');
  if (isIPv6(network) !== isIPv6(address)) return false;
  const family = isIPv6(network) ? 'ipv6' : 'ipv4';
  const list = new BlockList();
  list.addSubnet(network, Number(prefix), family);
  return list.check(address, family);
}
