/** A Kubernetes object of the whole cluster. */
export interface ClusterObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string };
  readonly spec: object;
  readonly [field: string]: unknown;
}

type Schema = Readonly<Record<string, unknown>>;

const text: Schema = { type: 'string' };
const texts: Schema = { type: 'array', items: text };
const labels: Schema = { type: 'object', additionalProperties: text };
const quantity: Schema = { anyOf: [{ type: 'integer' }, text], 'x-kubernetes-int-or-string': true };
const object = (properties: Record<string, Schema>, ...required: string[]): Schema => ({
  type: 'object',
  properties,
  ...(required.length > 0 && { required }),
});
const list = (items: Schema): Schema => ({ type: 'array', items });
const oneOf = (...values: string[]): Schema => ({ type: 'string', enum: values });

const requirement = object(
  { key: text, operator: oneOf('In', 'NotIn', 'Exists', 'DoesNotExist', 'Gt', 'Lt'), values: texts },
  'key',
  'operator',
);
const effect = oneOf('NoSchedule', 'PreferNoSchedule', 'NoExecute');
const taint = object({ key: text, value: text, effect }, 'key', 'effect');

const nodePoolSpec = object(
  {
    template: object(
      {
        metadata: object({ labels, annotations: labels }),
        spec: object(
          {
            nodeClassRef: object({ group: text, kind: text, name: text }, 'group', 'kind', 'name'),
            requirements: list(requirement),
            taints: list(taint),
            expireAfter: { type: 'string', pattern: '^(([0-9]+(s|m|h))+|Never)$', default: '720h' },
            terminationGracePeriod: text,
          },
          'nodeClassRef',
          'requirements',
        ),
      },
      'spec',
    ),
    limits: { type: 'object', additionalProperties: quantity },
    weight: { type: 'integer', minimum: 1, maximum: 100 },
    disruption: object(
      {
        consolidationPolicy: oneOf('WhenEmpty', 'WhenEmptyOrUnderutilized'),
        consolidateAfter: { type: 'string', pattern: '^(([0-9]+(s|m|h))+|Never)$' },
      },
      'consolidateAfter',
    ),
  },
  'template',
);

const selectorTerms = list(object({ id: text, name: text, tags: labels }));
const nodeClassSpec = object({
  role: text,
  instanceProfile: text,
  subnetSelectorTerms: selectorTerms,
  securityGroupSelectorTerms: selectorTerms,
  networkPolicy: { ...oneOf('DefaultAllow', 'DefaultDeny'), default: 'DefaultAllow' },
  networkPolicyEventLogs: { ...oneOf('Enabled', 'Disabled'), default: 'Disabled' },
  snatPolicy: { ...oneOf('Random', 'Disabled'), default: 'Random' },
  ephemeralStorage: object({ size: text, iops: { type: 'integer' }, throughput: { type: 'integer' }, kmsKeyID: text }),
  tags: labels,
});

const selector = object({
  matchLabels: labels,
  matchExpressions: list(object({ key: text, operator: text, values: texts }, 'key', 'operator')),
});
const pods = object({ namespaceSelector: selector, podSelector: selector }, 'namespaceSelector', 'podSelector');
const onlyOne = { minProperties: 1, maxProperties: 1 };
const atLeastOne = (items: Schema): Schema => ({ ...list(items), minItems: 1 });
const action = oneOf('Accept', 'Deny', 'Pass');
const rule = { name: { type: 'string', maxLength: 100 }, action };
const from = { ...object({ namespaces: selector, pods }), ...onlyOne };
const networks = { ...atLeastOne({ type: 'string', maxLength: 43 }), maxItems: 25 };
const to = { ...object({ namespaces: selector, pods, networks }), ...onlyOne };
const clusterNetworkPolicySpec = object(
  {
    tier: oneOf('Admin', 'Baseline'),
    priority: { type: 'integer', minimum: 0, maximum: 1000 },
    subject: { ...object({ namespaces: selector, pods }), ...onlyOne },
    ingress: list(object({ ...rule, from: atLeastOne(from) }, 'action', 'from')),
    egress: list(object({ ...rule, to: atLeastOne(to) }, 'action', 'to')),
  },
  'tier',
  'priority',
  'subject',
);

/** Of kinds that controllers of EKS write and others only read. */
const anything: Schema = { type: 'object', 'x-kubernetes-preserve-unknown-fields': true };

/**
 * Kinds that an EKS cluster in Auto Mode serves beside Kubernetes' own: those by which nodes are made, and network policies of the whole
 * cluster; as far as their fields are documented. Unknown fields are refused by server-side apply, so that a manifest with a mistake in
 * it does not pass. Not here: what EKS's controllers of load balancers, diagnostics and policy endpoints have.
 * https://docs.aws.amazon.com/eks/latest/userguide/auto-reference.html
 */
export const autoModeKinds = [
  kind('karpenter.sh', 'v1', 'NodePool', 'nodepools', nodePoolSpec),
  kind('karpenter.sh', 'v1', 'NodeClaim', 'nodeclaims', anything),
  kind('eks.amazonaws.com', 'v1', 'NodeClass', 'nodeclasses', nodeClassSpec),
  kind('eks.amazonaws.com', 'v1alpha1', 'CNINode', 'cninodes', anything),
  kind('networking.k8s.aws', 'v1alpha1', 'ClusterNetworkPolicy', 'clusternetworkpolicies', clusterNetworkPolicySpec),
];

function kind(group: string, version: string, name: string, plural: string, spec: Schema) {
  const schema = { openAPIV3Schema: object({ spec, status: anything }, 'spec') };
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `${plural}.${group}` },
    spec: {
      group,
      scope: 'Cluster',
      names: { kind: name, plural, singular: name.toLowerCase(), listKind: `${name}List` },
      versions: [{ name: version, served: true, storage: true, schema, subresources: { status: {} } }],
    },
  };
}
