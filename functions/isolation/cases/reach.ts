import { type IsolationCase, type ProofSubject, rbac } from '../case.ts';
import { creating, deleting, listing, reading } from '../requests.ts';

const secretType = { apiVersion: 'v1', kind: 'Secret' };

/** A tenant cannot reach past its namespace: not to neighbours, not to the cluster, not as somebody else. */
export function reachCases(subject: ProofSubject): IsolationCase[] {
  return [...neighbourCases(subject), ...clusterCases, ...identityCases(subject)];
}

function neighbourCases({ neighbour }: ProofSubject): IsolationCase[] {
  const configMap = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'tenantry-proof', namespace: neighbour } };
  const inNeighbour = (path: string) => `/api/v1/namespaces/${neighbour}/${path}`;
  return [
    { name: 'neighbour: list secrets', control: rbac('list', 'secrets'), request: listing(inNeighbour('secrets')) },
    {
      name: 'neighbour: read a secret',
      control: rbac('get', 'secrets'),
      request: reading(secretType, 'any', neighbour),
    },
    { name: 'neighbour: list pods', control: rbac('list', 'pods'), request: listing(inNeighbour('pods')) },
    { name: 'neighbour: write', control: rbac('create', 'configmaps'), request: creating(configMap) },
    {
      name: 'neighbour: take a token',
      control: rbac('create', 'serviceaccounts/token'),
      request: post(`${inNeighbour('serviceaccounts/default/token')}?dryRun=All`, tokenRequest()),
    },
    {
      name: 'neighbour: run a command',
      control: rbac('create', 'pods/exec'),
      request: post(`${inNeighbour('pods/any/exec')}?command=id&stdout=true`, undefined),
    },
  ];
}

const clusterCases: readonly IsolationCase[] = [
  { name: 'cluster: list all secrets', control: rbac('list', 'secrets'), request: listing('/api/v1/secrets') },
  { name: 'cluster: list namespaces', control: rbac('list', 'namespaces'), request: listing('/api/v1/namespaces') },
  { name: 'cluster: list nodes', control: rbac('list', 'nodes'), request: listing('/api/v1/nodes') },
  {
    name: 'cluster: reach a kubelet',
    control: rbac('get', 'nodes/proxy'),
    request: { method: 'GET', path: '/api/v1/nodes/any/proxy/pods' },
  },
  {
    name: 'cluster: take a system token',
    control: rbac('create', 'serviceaccounts/token'),
    request: post('/api/v1/namespaces/kube-system/serviceaccounts/default/token?dryRun=All', tokenRequest()),
  },
  {
    name: 'cluster: run a command in the system',
    control: rbac('create', 'pods/exec'),
    request: post('/api/v1/namespaces/kube-system/pods/any/exec?command=id&stdout=true', undefined),
  },
  {
    name: 'cluster: make a namespace',
    control: rbac('create', 'namespaces'),
    request: creating({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'tenantry-proof' } }),
  },
  {
    name: 'cluster: make a volume',
    control: rbac('create', 'persistentvolumes'),
    request: creating({ apiVersion: 'v1', kind: 'PersistentVolume', metadata: { name: 'tenantry-proof' } }),
  },
  {
    name: 'cluster: bind cluster-admin',
    control: rbac('create', 'clusterrolebindings'),
    request: creating({
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'ClusterRoleBinding',
      metadata: { name: 'tenantry-proof' },
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'cluster-admin' },
    }),
  },
  {
    name: 'cluster: define a resource',
    control: rbac('create', 'customresourcedefinitions'),
    request: creating({
      apiVersion: 'apiextensions.k8s.io/v1',
      kind: 'CustomResourceDefinition',
      metadata: { name: 'proofs.tenantry.dev' },
    }),
  },
  {
    name: 'cluster: unbind an admission policy',
    control: rbac('delete', 'validatingadmissionpolicybindings'),
    request: deleting(
      { apiVersion: 'admissionregistration.k8s.io/v1', kind: 'ValidatingAdmissionPolicyBinding' },
      'tenantry-platform-objects',
    ),
  },
];

function identityCases({ namespace }: ProofSubject): IsolationCase[] {
  const pods = `/api/v1/namespaces/${namespace}/pods`;
  return [
    {
      name: 'identity: impersonate a user',
      control: rbac('impersonate', 'users'),
      request: { ...listing(pods), headers: { 'impersonate-user': 'kubernetes-admin' } },
    },
    {
      name: "identity: impersonate the namespace's account",
      control: rbac('impersonate', 'serviceaccounts'),
      request: { ...listing(pods), headers: { 'impersonate-user': `system:serviceaccount:${namespace}:default` } },
    },
    {
      name: 'identity: join a running pod',
      control: rbac('patch', 'pods/ephemeralcontainers'),
      request: {
        method: 'PATCH',
        path: `${pods}/any/ephemeralcontainers?dryRun=All`,
        body: { spec: { ephemeralContainers: [] } },
        contentType: 'application/merge-patch+json',
      },
    },
    {
      name: "identity: route to others' addresses",
      control: rbac('create', 'endpointslices'),
      request: creating({
        apiVersion: 'discovery.k8s.io/v1',
        kind: 'EndpointSlice',
        metadata: { name: 'tenantry-proof', namespace },
        addressType: 'IPv4',
        endpoints: [{ addresses: ['10.0.0.1'] }],
      }),
    },
    {
      name: 'identity: a pod on every node',
      control: rbac('create', 'daemonsets'),
      request: creating({ apiVersion: 'apps/v1', kind: 'DaemonSet', metadata: { name: 'tenantry-proof', namespace } }),
    },
  ];
}

function tokenRequest() {
  return { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', spec: { audiences: [] } };
}

function post(path: string, body: unknown) {
  return { method: 'POST' as const, path, body };
}
