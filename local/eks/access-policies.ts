/**
 * EKS's access policies and what they allow, as AWS documents it.
 * https://docs.aws.amazon.com/eks/latest/userguide/access-policy-permissions.html
 */

/** What a SubjectAccessReview asks. */
export interface AccessQuestion {
  readonly verb: string;
  /** "" for the core group. */
  readonly group: string;
  /** "pods", or "pods/log" with a subresource. */
  readonly resource: string;
  /** Empty for cluster-scoped objects and lists over all namespaces. */
  readonly namespace: string;
  readonly nonResource: boolean;
}

interface Rule {
  readonly groups: readonly string[];
  readonly resources: readonly string[];
  readonly verbs: readonly string[];
}

const ARN_PREFIX = 'arn:aws:eks::aws:cluster-access-policy/';
export const CLUSTER_ADMIN = `${ARN_PREFIX}AmazonEKSClusterAdminPolicy`;

const READ = ['get', 'list', 'watch'];
const WRITE = ['create', 'delete', 'deletecollection', 'patch', 'update'];

function rule(group: string, resources: string, verbs: readonly string[]): Rule {
  return { groups: [group], resources: resources.split(' '), verbs };
}

const WORKLOADS =
  'daemonsets deployments deployments/scale replicasets replicasets/scale statefulsets statefulsets/scale';

/** What can be seen of the objects of a namespace, secrets and roles apart. */
const VIEW: readonly Rule[] = [
  rule(
    'apps',
    `controllerrevisions ${WORKLOADS} daemonsets/status deployments/status replicasets/status statefulsets/status`,
    READ,
  ),
  rule('autoscaling', 'horizontalpodautoscalers horizontalpodautoscalers/status', READ),
  rule('batch', 'cronjobs cronjobs/status jobs jobs/status', READ),
  rule('discovery.k8s.io', 'endpointslices', READ),
  rule('networking.k8s.io', 'ingresses ingresses/status networkpolicies', READ),
  rule('policy', 'poddisruptionbudgets poddisruptionbudgets/status', READ),
  rule(
    '',
    'bindings configmaps endpoints events limitranges namespaces namespaces/status persistentvolumeclaims persistentvolumeclaims/status pods pods/log pods/status replicationcontrollers replicationcontrollers/scale replicationcontrollers/status resourcequotas resourcequotas/status serviceaccounts services services/status',
    READ,
  ),
];

const EDIT: readonly Rule[] = [
  ...VIEW,
  rule('apps', `${WORKLOADS} deployments/rollback`, WRITE),
  rule('autoscaling', 'horizontalpodautoscalers', WRITE),
  rule('batch', 'cronjobs jobs', WRITE),
  rule('networking.k8s.io', 'ingresses networkpolicies', WRITE),
  rule('policy', 'poddisruptionbudgets', WRITE),
  rule('', 'pods/attach pods/exec pods/portforward pods/proxy secrets services/proxy', READ),
  rule('', 'serviceaccounts', ['impersonate']),
  rule('', 'pods pods/attach pods/exec pods/portforward pods/proxy', WRITE),
  rule(
    '',
    'configmaps events persistentvolumeclaims replicationcontrollers replicationcontrollers/scale secrets serviceaccounts services services/proxy',
    WRITE,
  ),
];

const ADMIN: readonly Rule[] = [
  ...EDIT,
  rule('authorization.k8s.io', 'localsubjectaccessreviews', ['create']),
  rule('rbac.authorization.k8s.io', 'rolebindings roles', [...READ, ...WRITE]),
];

const EVERYTHING: Rule = { groups: ['*'], resources: ['*'], verbs: ['*'] };

const POLICIES: ReadonlyMap<string, readonly Rule[]> = new Map(
  Object.entries({
    AmazonEKSAdminPolicy: ADMIN,
    AmazonEKSAdminViewPolicy: [{ ...EVERYTHING, verbs: READ }],
    AmazonEKSClusterAdminPolicy: [EVERYTHING],
    AmazonEKSEditPolicy: EDIT,
    AmazonEKSViewPolicy: VIEW,
  }).map(([name, rules]) => [ARN_PREFIX + name, rules]),
);

/** In the order of ListAccessPolicies. */
export const ACCESS_POLICIES: readonly { name: string; arn: string }[] = [...POLICIES.keys()].map((arn) => ({
  name: arn.slice(ARN_PREFIX.length),
  arn,
}));

/** Whether the policy, in its scope, allows what is asked. Only the cluster administrator reaches paths such as /metrics. */
export function policyAllows(
  policyArn: string,
  scope: { type: 'cluster' | 'namespace'; namespaces: readonly string[] },
  question: AccessQuestion,
): boolean {
  if (question.nonResource) return policyArn === CLUSTER_ADMIN && scope.type === 'cluster';
  if (scope.type === 'namespace' && !scope.namespaces.some((pattern) => inNamespace(pattern, question.namespace)))
    return false;
  return (POLICIES.get(policyArn) ?? []).some(
    (candidate) =>
      includes(candidate.groups, question.group) &&
      includes(candidate.resources, question.resource) &&
      includes(candidate.verbs, question.verb),
  );
}

function includes(list: readonly string[], value: string): boolean {
  return list.includes('*') || list.includes(value);
}

/** A scope may name namespaces by a prefix: "dev-*". */
function inNamespace(pattern: string, namespace: string): boolean {
  if (namespace === '') return false;
  return pattern.endsWith('*') ? namespace.startsWith(pattern.slice(0, -1)) : namespace === pattern;
}
