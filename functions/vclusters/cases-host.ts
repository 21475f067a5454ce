import { vclusterObjectNames } from '../../tenancy/vcluster/names.ts';
import { limitRangeName } from '../../tenancy/workspace/limits.ts';
import { computeQuotaName, objectQuotaName } from '../../tenancy/workspace/quota.ts';
import { accepted, type IsolationCase, type ProofSubject, policy, quota, rbac } from '../isolation/case.ts';
import { objectCases } from '../isolation/cases/objects.ts';
import { podCases } from '../isolation/cases/pods.ts';
import { reachCases } from '../isolation/cases/reach.ts';
import { changed, creating, deleting, patching } from '../isolation/requests.ts';
import { goodService } from '../isolation/well-behaved.ts';
import type { VclusterPlace } from './virtual-cluster.ts';

/** Kinds that the syncer writes; of these the host judges what a tenant made inside, and is the last to do so. */
const synced = ['service', 'claim', 'secret', 'config map'];

/**
 * What is tried on the host as the control plane's own account. Whatever a tenant makes inside comes to the host by that account, and
 * a tenant that breaks out of the syncer is that account: so these are the requests that both could make.
 */
export function hostCases(subject: ProofSubject, place: VclusterPlace, otherLoadBalancers: number): IsolationCase[] {
  const objects = objectCases(subject).filter(({ name }) => synced.includes(name.split(':')[0] ?? ''));
  // The syncer may join running pods, since the tenant may inside; there is none here to try it on.
  const reach = reachCases(subject).filter(({ name }) => name !== 'identity: join a running pod');
  return [
    ...podCases(subject),
    ...objects,
    ...reach,
    ...fences(subject),
    ...ownObjects(place),
    ...balancers(subject, otherLoadBalancers),
  ].map((each) => ({ ...each, name: `host: ${each.name}` }));
}

function fences({ namespace }: ProofSubject): IsolationCase[] {
  const binding = { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'RoleBinding' };
  return [
    {
      name: 'quota: change',
      control: rbac('patch', 'resourcequotas'),
      request: patching({ apiVersion: 'v1', kind: 'ResourceQuota' }, computeQuotaName, namespace, {
        spec: { hard: { pods: '1000' } },
      }),
    },
    {
      name: 'limits: delete',
      control: rbac('delete', 'limitranges'),
      request: deleting({ apiVersion: 'v1', kind: 'LimitRange' }, limitRangeName, namespace),
    },
    {
      name: 'default deny: delete',
      control: rbac('delete', 'networkpolicies'),
      request: deleting({ apiVersion: 'networking.k8s.io/v1', kind: 'NetworkPolicy' }, 'default-deny', namespace),
    },
    {
      name: 'own rights: bind others',
      control: rbac('create', 'rolebindings'),
      request: creating({
        ...binding,
        metadata: { name: 'tenantry-proof', namespace },
        roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'cluster-admin' },
      }),
    },
    {
      name: 'own labels: change',
      control: rbac('patch', 'namespaces'),
      request: patching({ apiVersion: 'v1', kind: 'Namespace' }, namespace, undefined, {
        metadata: { labels: { proof: 'tried' } },
      }),
    },
  ];
}

/** It may write secrets and Services. The platform's are protected by their label, the way in by its name. */
function ownObjects({ name, namespace }: VclusterPlace): IsolationCase[] {
  const names = vclusterObjectNames(name);
  const platform = policy('tenantry-platform-objects');
  const wayIn = policy('tenantry-vcluster-services');
  const noting = (annotations: Record<string, string>) =>
    patching({ apiVersion: 'v1', kind: 'Secret' }, names.config, namespace, { metadata: { annotations } });
  return [
    {
      name: 'own configuration: change',
      control: platform,
      request: patching({ apiVersion: 'v1', kind: 'Secret' }, names.config, namespace, {
        stringData: { proof: 'tried' },
      }),
    },
    {
      name: 'own configuration: another annotation',
      control: platform,
      request: noting({ 'vcluster.loft.sh/distro': 'k8s', proof: 'tried' }),
    },
    { name: 'own configuration: its notes', control: accepted, request: noting({ 'vcluster.loft.sh/distro': 'k8s' }) },
    {
      name: 'own way in: open it to all',
      control: wayIn,
      request: patching({ apiVersion: 'v1', kind: 'Service' }, name, namespace, {
        spec: { loadBalancerSourceRanges: ['0.0.0.0/0', '128.0.0.0/1'] },
      }),
    },
    {
      name: 'own way in: delete',
      control: wayIn,
      request: deleting({ apiVersion: 'v1', kind: 'Service' }, name, namespace),
    },
    {
      name: 'own configuration: delete',
      control: platform,
      request: deleting({ apiVersion: 'v1', kind: 'Secret' }, names.config, namespace),
    },
  ];
}

/** A load balancer without node ports passes the policy; how many there are is the quota's matter. */
function balancers(subject: ProofSubject, others: number): IsolationCase[] {
  if (others > 0) return [];
  const service = changed(goodService(subject), 'spec.type', 'LoadBalancer');
  const request = creating(changed(service, 'spec.allocateLoadBalancerNodePorts', false));
  return [{ name: 'service: a load balancer too many', control: quota(objectQuotaName), request }];
}
