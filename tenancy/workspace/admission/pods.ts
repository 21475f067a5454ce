import { settings, tenantLabel, tierLabel } from '../names.ts';
import {
  type AdmissionRule,
  listLiteral,
  listSetting,
  type ResourceRule,
  setting,
  specChanges,
  tenantOfNamespace,
} from './policy.ts';

const pods: readonly ResourceRule[] = [
  { apiGroups: [''], resources: ['pods', 'pods/ephemeralcontainers'], operations: ['CREATE', 'UPDATE'] },
];

/** CEL: one entry per container of any kind. Mapped first, since the three lists are of different types. */
function ofContainers(field: string): string {
  return ['containers', 'initContainers', 'ephemeralContainers']
    .map((list) => `object.spec.?${list}.orValue([]).map(c, c.?${field}.orValue(''))`)
    .join(' + ');
}

/** Tolerations that Kubernetes itself adds to pods; everything else opens nodes that are not for tenants. Of tiers: tier-nodes.ts. */
const addedTolerations = [
  'node.kubernetes.io/not-ready',
  'node.kubernetes.io/unreachable',
  'node.kubernetes.io/memory-pressure',
];

/**
 * The longest that a pod of a tenant may take to end, in seconds: a suspension, a release and an upgrade of nodes wait for it. Less
 * than the shortest of these waits.
 */
export const longestTermination = 600;

/** What pods must keep to, beside the Pod Security Standard. On the pods themselves, whatever made them. */
export const podRules: readonly AdmissionRule[] = [
  {
    name: 'tenantry-image-registries',
    resources: pods,
    matchConditions: [specChanges],
    variables: [
      { name: 'registries', expression: listSetting(settings.imageRegistries) },
      { name: 'images', expression: ofContainers('image') },
      {
        name: 'volumeImages',
        expression: "object.spec.?volumes.orValue([]).filter(v, has(v.image)).map(v, v.image.?reference.orValue(''))",
      },
    ],
    validations: [
      {
        expression:
          '(variables.images + variables.volumeImages).all(image, variables.registries.exists(registry, image.startsWith(registry)))',
        message: `images must come from a registry in the namespace's annotation ${settings.imageRegistries}, named in full.`,
      },
    ],
  },
  {
    // On a shared node a cached private image would else run for a tenant that has no right to pull it.
    name: 'tenantry-image-pull',
    resources: pods,
    matchConditions: [specChanges],
    variables: [{ name: 'policies', expression: ofContainers('imagePullPolicy') }],
    validations: [
      {
        expression: "variables.policies.all(policy, policy == 'Always')",
        message: 'every container needs imagePullPolicy: Always.',
      },
    ],
  },
  {
    name: 'tenantry-scheduling',
    resources: pods,
    matchConditions: [specChanges],
    validations: [
      {
        // Once the scheduler has placed the pod the field is set, and cannot be changed.
        expression: "request.operation != 'CREATE' || object.spec.?nodeName.orValue('') == ''",
        message: 'nodeName must be left to the scheduler.',
      },
      {
        expression: "object.spec.?schedulerName.orValue('default-scheduler') == 'default-scheduler'",
        message: 'schedulerName must be default-scheduler.',
      },
      {
        expression:
          "object.spec.?tolerations.orValue([]).all(t, t.?key.orValue('') in " +
          `${listLiteral([...addedTolerations, tierLabel])} || (t.?key.orValue('') == '${tenantLabel}' && ` +
          `t.?operator.orValue('Equal') == 'Equal' && t.?value.orValue('') == ${tenantOfNamespace}))`,
        message: `tolerations may only name the taints ${tenantLabel} and ${tierLabel}, the tenant's own; no wildcards.`,
      },
      {
        expression: `object.spec.?nodeSelector[?'${tenantLabel}'].orValue(${tenantOfNamespace}) == ${tenantOfNamespace}`,
        message: 'nodeSelector must not name the nodes of another tenant.',
      },
    ],
  },
  {
    name: 'tenantry-termination',
    resources: [{ apiGroups: [''], resources: ['pods'], operations: ['CREATE', 'DELETE'] }],
    validations: [
      {
        // A deletion may ask for longer than the pod does. https://kubernetes.io/docs/concepts/workloads/pods/pod-lifecycle/#pod-termination
        expression:
          "(request.operation == 'CREATE' ? object.spec.?terminationGracePeriodSeconds.orValue(30) : " +
          `request.options.?gracePeriodSeconds.orValue(0)) <= ${longestTermination}`,
        message: `terminationGracePeriodSeconds, and the grace period of a deletion, may be ${longestTermination} at most.`,
      },
    ],
  },
  {
    name: 'tenantry-eviction-termination',
    resources: [{ apiGroups: [''], resources: ['pods/eviction'], operations: ['CREATE'] }],
    validations: [
      {
        expression: `object.?deleteOptions.?gracePeriodSeconds.orValue(0) <= ${longestTermination}`,
        message: `the grace period of an eviction may be ${longestTermination} seconds at most.`,
      },
    ],
  },
  {
    name: 'tenantry-priority-classes',
    resources: pods,
    matchConditions: [specChanges],
    validations: [
      {
        expression: `object.spec.?priorityClassName.orValue('') in [''] + ${listSetting(settings.priorityClasses)}`,
        message: `priorityClassName must be left out or stand in the namespace's annotation ${settings.priorityClasses}.`,
      },
    ],
  },
  {
    name: 'tenantry-runtime-classes',
    resources: pods,
    matchConditions: [specChanges],
    validations: [
      {
        expression: `object.spec.?runtimeClassName.orValue('') in [''] + ${listSetting(settings.runtimeClasses)}`,
        message: `runtimeClassName must be left out or stand in the namespace's annotation ${settings.runtimeClasses}.`,
      },
    ],
  },
  standalonePods('tenantry-standalone-pods', 'refused', ['Deny']),
  standalonePods('tenantry-standalone-pods-warning', 'warned', ['Warn']),
];

/** The VPC CNI applies network policies only to pods that have an owner (aws/aws-network-policy-agent issue 327). */
function standalonePods(name: string, value: 'refused' | 'warned', actions: AdmissionRule['actions']): AdmissionRule {
  return {
    name,
    actions,
    resources: [{ apiGroups: [''], resources: ['pods'], operations: ['CREATE'] }],
    validations: [
      {
        expression: `${setting(settings.standalonePods)} != '${value}' || size(object.metadata.?ownerReferences.orValue([])) > 0`,
        message: 'network policies do not cover pods without an owner on EKS; use a Deployment, StatefulSet or Job.',
      },
    ],
  };
}
