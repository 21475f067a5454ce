import type { KubernetesObject } from '../kubernetes-object.ts';
import { tierLabel } from '../names.ts';
import { type AdmissionRule, listLiteral, tenantNamespaces } from './policy.ts';

/** Kinds of the policy that fills in where a pod runs: GA since Kubernetes 1.36. The first version that is served is used. */
export const mutatingPolicyVersions = [
  'admissionregistration.k8s.io/v1',
  'admissionregistration.k8s.io/v1beta1',
] as const;

export type MutatingPolicyVersion = (typeof mutatingPolicyVersions)[number];

const fillIn = 'tenantry-tier-nodes';
const tier = `namespaceObject.metadata.labels[?'${tierLabel}'].orValue('')`;
const tierTolerations = `object.spec.?tolerations.orValue([]).filter(t, t.?key.orValue('') == '${tierLabel}')`;
const selected = `object.spec.?nodeSelector[?'${tierLabel}'].orValue('')`;

/**
 * Who runs on the nodes of a tier. A taint by itself keeps nobody away, since whoever writes a pod writes its tolerations; and a
 * toleration by itself brings nobody there. `pooled` are the tiers that have nodes of their own.
 */
export function tierNodeRules(pooled: readonly string[]): AdmissionRule[] {
  return [
    {
      name: 'tenantry-tier-nodes',
      resources: [{ apiGroups: [''], resources: ['pods'], operations: ['CREATE', 'UPDATE'] }],
      // What runs already was reviewed when it was made; tolerations are the one thing of these that can be added later.
      matchConditions: [
        {
          name: 'scheduling-changes',
          expression:
            "request.operation == 'CREATE' || object.spec.?tolerations != oldObject.spec.?tolerations || " +
            'object.spec.?nodeSelector != oldObject.spec.?nodeSelector',
        },
      ],
      variables: [
        { name: 'tier', expression: tier },
        { name: 'pooled', expression: `variables.tier in ${listLiteral(pooled)}` },
        { name: 'tolerations', expression: tierTolerations },
        { name: 'selected', expression: selected },
      ],
      validations: [
        {
          expression:
            "variables.tolerations.all(t, variables.pooled && t.?operator.orValue('Equal') == 'Equal' && " +
            "t.?value.orValue('') == variables.tier)",
          message: `the taint ${tierLabel} may be tolerated by pods of that tier alone, and only if it has nodes of its own.`,
        },
        {
          expression: "variables.selected in ['', variables.tier]",
          message: `nodeSelector must not name the nodes of another tier in ${tierLabel}.`,
        },
        {
          expression:
            "request.operation != 'CREATE' || !variables.pooled || " +
            '(variables.selected == variables.tier && size(variables.tolerations) > 0)',
          message: `the tier has nodes of its own: nodeSelector and a toleration of its taint ${tierLabel} are needed.`,
          messageExpression:
            '\'tenantry-tier-nodes: the tier has nodes of its own; write nodeSelector {"' +
            `${tierLabel}": "' + variables.tier + '"} and tolerations [{"key": "${tierLabel}", "operator": "Equal", "value": "' + ` +
            'variables.tier + \'", "effect": "NoSchedule"}].\'',
        },
      ],
    },
  ];
}

/**
 * Fills in what {@link tierNodeRules} demand, where the pod says nothing about it. Only a help: the rules hold with and without.
 * As a JSON patch, since lists and maps of scheduling are replaced as a whole, which an apply configuration must not do.
 * https://kubernetes.io/docs/reference/access-authn-authz/mutating-admission-policy/
 */
export function tierNodeMutation(apiVersion: MutatingPolicyVersion, pooled: readonly string[]): KubernetesObject[] {
  if (pooled.length === 0) return [];
  return [
    {
      apiVersion,
      kind: 'MutatingAdmissionPolicy',
      metadata: { name: fillIn },
      spec: {
        failurePolicy: 'Fail',
        reinvocationPolicy: 'Never',
        matchConstraints: {
          matchPolicy: 'Equivalent',
          namespaceSelector: tenantNamespaces,
          objectSelector: {},
          resourceRules: [
            { apiGroups: [''], apiVersions: ['*'], resources: ['pods'], operations: ['CREATE'], scope: '*' },
          ],
        },
        // Not as a match condition: those of this kind know no namespaceObject.
        variables: [
          { name: 'tier', expression: tier },
          { name: 'pooled', expression: `variables.tier in ${listLiteral(pooled)}` },
        ],
        mutations: [patch(selectorPatch), patch(tolerationPatch)],
      },
    },
    {
      apiVersion,
      kind: 'MutatingAdmissionPolicyBinding',
      metadata: { name: fillIn },
      spec: {
        policyName: fillIn,
        matchResources: { matchPolicy: 'Equivalent', namespaceSelector: tenantNamespaces, objectSelector: {} },
      },
    },
  ];
}

function patch(expression: string) {
  return { patchType: 'JSONPatch', jsonPatch: { expression } };
}

const selectorPatch =
  `!variables.pooled || ${selected} != '' ? [] : has(object.spec.nodeSelector) ? ` +
  `[JSONPatch{op: 'add', path: '/spec/nodeSelector/' + jsonpatch.escapeKey('${tierLabel}'), value: variables.tier}] : ` +
  `[JSONPatch{op: 'add', path: '/spec/nodeSelector', value: {'${tierLabel}': variables.tier}}]`;

const toleration = `Object.spec.tolerations{key: '${tierLabel}', operator: 'Equal', value: variables.tier, effect: 'NoSchedule'}`;
const tolerationPatch =
  `!variables.pooled || size(${tierTolerations}) > 0 ? [] : has(object.spec.tolerations) ? ` +
  `[JSONPatch{op: 'add', path: '/spec/tolerations/-', value: ${toleration}}] : ` +
  `[JSONPatch{op: 'add', path: '/spec/tolerations', value: [${toleration}]}]`;
