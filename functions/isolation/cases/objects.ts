import type { KubernetesObject } from '../../../tenancy/workspace/kubernetes-object.ts';
import { accepted, type Control, escalation, type IsolationCase, limit, type ProofSubject, policy } from '../case.ts';
import { changed, creating } from '../requests.ts';
import {
  goodClaim,
  goodConfigMap,
  goodDisruptionBudget,
  goodIngress,
  goodNetworkPolicy,
  goodRole,
  goodRoleBinding,
  goodSecret,
  goodService,
} from '../well-behaved.ts';

type Hostile = readonly [name: string, place: string, value: unknown, control: Control];

/** For each kind a good object that is accepted, and what must be refused, differing from it in one place. */
export function objectCases(subject: ProofSubject): IsolationCase[] {
  return [
    ...variants('service', goodService(subject), services),
    ...variants('claim', goodClaim(subject), claims),
    ...variants('ingress', goodIngress(subject), ingresses),
    ...variants('network policy', goodNetworkPolicy(subject), networkPolicies),
    ...variants('role', goodRole(subject), roles),
    ...variants('role binding', goodRoleBinding(subject), roleBindings(subject)),
    ...variants('secret', goodSecret(subject), secrets),
    ...variants('config map', goodConfigMap(subject), configMaps),
    ...variants('disruption budget', goodDisruptionBudget(subject), disruptionBudgets),
  ];
}

function variants(kind: string, good: KubernetesObject | undefined, hostile: readonly Hostile[]): IsolationCase[] {
  if (good === undefined) return [];
  const cases = hostile.map(([name, place, value, control]) => ({
    name: `${kind}: ${name}`,
    control,
    request: creating(changed(good, place, value)),
  }));
  return [{ name: kind, control: accepted, request: creating(good) }, ...cases];
}

const services: readonly Hostile[] = [
  ['node port', 'spec.type', 'NodePort', policy('tenantry-services')],
  [
    'external name',
    'spec',
    { type: 'ExternalName', externalName: 'kubernetes.default.svc' },
    policy('tenantry-services'),
  ],
  ['external IP', 'spec.externalIPs', ['198.51.100.7'], policy('tenantry-services')],
  // Also where load balancers are allowed: this one would take node ports.
  ['load balancer', 'spec.type', 'LoadBalancer', policy('tenantry-services')],
];

const claims: readonly Hostile[] = [
  ['foreign storage class', 'spec.storageClassName', 'tenantry-proof-foreign', policy('tenantry-storage-classes')],
  ['existing volume', 'spec.volumeName', 'someone-elses-volume', policy('tenantry-storage-classes')],
  [
    'over the limit',
    'spec.resources.requests.storage',
    '1Pi',
    limit('maximum storage usage per PersistentVolumeClaim'),
  ],
];

const ingresses: readonly Hostile[] = [
  ["another's host", 'spec.rules.0.host', 'shop.example.net', policy('tenantry-ingresses')],
  [
    'every host',
    'spec.defaultBackend',
    { service: { name: 'any', port: { number: 80 } } },
    policy('tenantry-ingresses'),
  ],
  ['foreign class', 'spec.ingressClassName', 'tenantry-proof-foreign', policy('tenantry-ingresses')],
];

const peers = 'spec.ingress.0.from';
const networkPolicies: readonly Hostile[] = [
  ['from everywhere', 'spec.ingress', [{}], policy('tenantry-network-policies')],
  ['from every tenant', peers, [{ namespaceSelector: {} }], policy('tenantry-network-policies')],
  ['from the VPC', peers, [{ ipBlock: { cidr: '10.0.0.0/8' } }], policy('tenantry-network-policies')],
  [
    'to instance metadata',
    'spec.egress',
    [{ to: [{ ipBlock: { cidr: '169.254.169.254/32' } }] }],
    policy('tenantry-network-policies'),
  ],
];

const roles: readonly Hostile[] = [
  ['every right', 'rules', [{ apiGroups: ['*'], resources: ['*'], verbs: ['*'] }], escalation],
  [
    'escalate',
    'rules.0',
    { apiGroups: ['rbac.authorization.k8s.io'], resources: ['roles'], verbs: ['escalate'] },
    escalation,
  ],
];

function roleBindings({ neighbour }: ProofSubject): readonly Hostile[] {
  return [
    ['cluster-admin', 'roleRef.name', 'cluster-admin', escalation],
    ['to everyone', 'subjects', [{ kind: 'Group', name: 'system:authenticated' }], policy('tenantry-role-bindings')],
    ["to another namespace's account", 'subjects.0.namespace', neighbour, policy('tenantry-role-bindings')],
  ];
}

const secrets: readonly Hostile[] = [
  [
    'token that never expires',
    'type',
    'kubernetes.io/service-account-token',
    policy('tenantry-service-account-tokens'),
  ],
];

const configMaps: readonly Hostile[] = [
  [
    "in the platform's name",
    'metadata.labels',
    { 'app.kubernetes.io/managed-by': 'tenantry' },
    policy('tenantry-platform-objects'),
  ],
];

const disruptionBudgets: readonly Hostile[] = [
  ['no disruption at all', 'spec.maxUnavailable', 0, policy('tenantry-disruption-budgets')],
];
