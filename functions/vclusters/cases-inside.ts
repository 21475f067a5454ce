import { tenantAccount, virtualSystemNamespace } from '../../tenancy/vcluster/virtual-access.ts';
import { tenantClusterRole } from '../../tenancy/workspace/cluster-roles.ts';
import type { KubernetesObject } from '../../tenancy/workspace/kubernetes-object.ts';
import { accepted, escalation, type IsolationCase, type ProofSubject, policy, rbac } from '../isolation/case.ts';
import { podCases } from '../isolation/cases/pods.ts';
import { creating, deleting, listing, patching } from '../isolation/requests.ts';
import {
  goodConfigMap,
  goodPod,
  goodRole,
  goodRoleBinding,
  goodSecret,
  goodService,
} from '../isolation/well-behaved.ts';

const rbacGroup = 'rbac.authorization.k8s.io';
const admission = 'admissionregistration.k8s.io/v1';
const name = 'tenantry-proof';

/** What the tenant tries inside its virtual cluster, with its own token: its own things it may, the platform's it may not. */
export function insideCases(subject: Omit<ProofSubject, 'namespace' | 'neighbour'>): IsolationCase[] {
  const inside: ProofSubject = { ...subject, namespace: 'default', neighbour: 'kube-system' };
  // Of the pods those that Pod Security judges; the rest is the host's matter.
  const pods = podCases(inside).filter(({ control }) => control.kind === 'PodSecurity' || control.kind === 'accepted');
  return [...pods, ...own(inside), ...system(inside), ...administration].map((each) => ({
    ...each,
    name: `inside: ${each.name}`,
  }));
}

function own(subject: ProofSubject): IsolationCase[] {
  const objects = [
    goodService(subject),
    goodSecret(subject),
    goodConfigMap(subject),
    goodRole(subject),
    // Names a role of the platform's that is in every namespace.
    goodRoleBinding(subject),
    clusterRole([{ apiGroups: [''], resources: ['pods'], verbs: ['get'] }]),
    { apiVersion: 'v1', kind: 'Namespace', metadata: { name } },
  ];
  return objects.map((object) => ({ name: `own ${object.kind}`, control: accepted, request: creating(object) }));
}

function system(subject: ProofSubject): IsolationCase[] {
  const guarded = policy('tenantry-virtual-system-namespaces');
  const ours = policy('tenantry-virtual-platform-objects');
  const inSystem = (object: KubernetesObject) => ({
    ...object,
    metadata: { ...object.metadata, namespace: 'kube-system' },
  });
  return [
    // As any of the controllers' accounts: one of them may do everything.
    { name: 'system: run a pod', control: guarded, request: creating(inSystem(goodPod(subject))) },
    { name: 'system: write', control: guarded, request: creating(inSystem(goodConfigMap(subject))) },
    { name: 'system: take a token', control: guarded, request: token('kube-system', 'default') },
    { name: 'platform: renew the own token', control: guarded, request: token(virtualSystemNamespace, tenantAccount) },
    {
      name: 'platform: delete its namespace',
      control: ours,
      request: deleting({ apiVersion: 'v1', kind: 'Namespace' }, virtualSystemNamespace),
    },
    {
      name: 'platform: change the own rights',
      control: ours,
      request: patching({ apiVersion: `${rbacGroup}/v1`, kind: 'ClusterRole' }, tenantClusterRole('admin'), undefined, {
        metadata: { annotations: { 'tenantry.dev/proof': 'tried' } },
      }),
    },
    {
      name: 'custom resource of a foreign group',
      control: policy('tenantry-virtual-custom-resources'),
      request: creating(foreignDefinition),
    },
  ];
}

const administration: readonly IsolationCase[] = [
  {
    name: 'every right',
    control: escalation,
    request: creating(clusterRole([{ apiGroups: ['*'], resources: ['*'], verbs: ['*'] }])),
  },
  {
    name: 'bind cluster-admin',
    control: escalation,
    request: creating({
      apiVersion: `${rbacGroup}/v1`,
      kind: 'ClusterRoleBinding',
      metadata: { name },
      roleRef: { apiGroup: rbacGroup, kind: 'ClusterRole', name: 'cluster-admin' },
      subjects: [{ kind: 'ServiceAccount', name: 'default', namespace: 'default' }],
    }),
  },
  {
    name: 'unbind a policy',
    control: rbac('delete', 'validatingadmissionpolicybindings'),
    request: deleting(
      { apiVersion: admission, kind: 'ValidatingAdmissionPolicyBinding' },
      'tenantry-virtual-system-namespaces',
    ),
  },
  denied('rewrite what others write', 'create', 'mutatingwebhookconfigurations', 'admissionregistration.k8s.io/v1'),
  denied('answer for the API', 'create', 'apiservices', 'apiregistration.k8s.io/v1'),
  denied('ask for a certificate', 'create', 'certificatesigningrequests', 'certificates.k8s.io/v1'),
  denied('make a volume', 'create', 'persistentvolumes', 'v1'),
  {
    name: 'reach a kubelet',
    control: rbac('get', 'nodes/proxy'),
    request: { method: 'GET', path: '/api/v1/nodes/any/proxy/pods' },
  },
  {
    name: 'impersonate',
    control: rbac('impersonate', 'users'),
    request: { ...listing('/api/v1/namespaces/default/pods'), headers: { 'impersonate-user': 'kubernetes-admin' } },
  },
  {
    name: "route to others' addresses",
    control: rbac('create', 'endpointslices'),
    request: creating({
      apiVersion: 'discovery.k8s.io/v1',
      kind: 'EndpointSlice',
      metadata: { name, namespace: 'default' },
      addressType: 'IPv4',
      endpoints: [{ addresses: ['10.0.0.1'] }],
    }),
  },
];

/** Creating an empty object of a kind that the tenant has no right to make; RBAC answers before anything looks at it. */
function denied(what: string, verb: string, resource: string, apiVersion: string): IsolationCase {
  const root = apiVersion === 'v1' ? '/api/v1' : `/apis/${apiVersion}`;
  return {
    name: what,
    control: rbac(verb, resource),
    request: { method: 'POST', path: `${root}/${resource}?dryRun=All`, body: {} },
  };
}

function clusterRole(rules: readonly object[]): KubernetesObject {
  return { apiVersion: `${rbacGroup}/v1`, kind: 'ClusterRole', metadata: { name }, rules };
}

function token(namespace: string, account: string) {
  const body = { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', spec: { audiences: [] } };
  const path = `/api/v1/namespaces/${namespace}/serviceaccounts/${account}/token?dryRun=All`;
  return { method: 'POST' as const, path, body };
}

const foreignDefinition: KubernetesObject = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: 'proofs.tenantry.dev' },
  spec: {
    group: 'tenantry.dev',
    scope: 'Namespaced',
    names: { plural: 'proofs', kind: 'Proof' },
    versions: [{ name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: { type: 'object' } } }],
  },
};
