import { limitRangeName } from '../../../tenancy/workspace/limits.ts';
import { computeQuotaName } from '../../../tenancy/workspace/quota.ts';
import { type IsolationCase, type ProofSubject, policy, rbac } from '../case.ts';
import { deleting, patching } from '../requests.ts';

const namespaceType = { apiVersion: 'v1', kind: 'Namespace' };
const quotaType = { apiVersion: 'v1', kind: 'ResourceQuota' };
const limitRangeType = { apiVersion: 'v1', kind: 'LimitRange' };
const accountType = { apiVersion: 'v1', kind: 'ServiceAccount' };
const networkPolicyType = { apiVersion: 'networking.k8s.io/v1', kind: 'NetworkPolicy' };
const roleBindingType = { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'RoleBinding' };

const unfenced = { metadata: { labels: { 'pod-security.kubernetes.io/enforce': 'privileged' } } };
const marked = { metadata: { annotations: { 'tenantry.dev/proof': 'tried' } } };

/** A tenant cannot move its own fences: what RBAC does not give, and what it gives but the platform's label protects. */
export function fenceCases({ namespace }: ProofSubject): IsolationCase[] {
  const platform = policy('tenantry-platform-objects');
  return [
    {
      name: 'own quota: change',
      control: rbac('patch', 'resourcequotas'),
      request: patching(quotaType, computeQuotaName, namespace, { spec: { hard: { 'limits.cpu': '1000' } } }),
    },
    {
      name: 'own quota: delete',
      control: rbac('delete', 'resourcequotas'),
      request: deleting(quotaType, computeQuotaName, namespace),
    },
    {
      name: 'own limits: delete',
      control: rbac('delete', 'limitranges'),
      request: deleting(limitRangeType, limitRangeName, namespace),
    },
    {
      name: 'own labels: change',
      control: rbac('patch', 'namespaces'),
      request: patching(namespaceType, namespace, undefined, unfenced),
    },
    {
      name: 'own labels: change by status',
      control: rbac('patch', 'namespaces/status'),
      request: patching(namespaceType, namespace, undefined, unfenced, 'status'),
    },
    {
      // https://github.com/golang/vulndb/issues/5043: an update of this subresource carries labels too.
      name: 'own labels: change by finalize',
      control: rbac('update', 'namespaces/finalize'),
      request: {
        method: 'PUT',
        path: `/api/v1/namespaces/${namespace}/finalize?dryRun=All`,
        body: { ...namespaceType, metadata: { name: namespace, labels: {} }, spec: {} },
      },
    },
    {
      name: 'own namespace: delete',
      control: rbac('delete', 'namespaces'),
      request: deleting(namespaceType, namespace),
    },
    {
      name: 'default deny: delete',
      control: platform,
      request: deleting(networkPolicyType, 'default-deny', namespace),
    },
    {
      name: 'default deny: change',
      control: platform,
      request: patching(networkPolicyType, 'default-deny', namespace, marked),
    },
    {
      name: 'network policies: delete all',
      control: platform,
      request: {
        method: 'DELETE',
        path: `/apis/networking.k8s.io/v1/namespaces/${namespace}/networkpolicies?dryRun=All`,
      },
    },
    {
      name: 'platform role binding: delete',
      control: platform,
      request: deleting(roleBindingType, 'tenant-view', namespace),
    },
    {
      name: 'platform role binding: change',
      control: platform,
      request: patching(roleBindingType, 'tenant-view', namespace, marked),
    },
    {
      name: 'default account: mount its token',
      control: platform,
      request: patching(accountType, 'default', namespace, { automountServiceAccountToken: true }),
    },
  ];
}
