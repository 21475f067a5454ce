import { createHash } from 'node:crypto';
import { listLiteral, notThePlatform, platformObjects, type ResourceRule } from '../workspace/admission/policy.ts';
import type { KubernetesObject } from '../workspace/kubernetes-object.ts';
import { virtualSystemNamespace } from './virtual-access.ts';

/** The policy by which a virtual API server is asked whether it enforces the others. Refuses one name, to everybody. */
export const virtualProbePolicy = 'tenantry-virtual-probe';

const everything = [{ apiGroups: ['*'], resources: ['*/*'], operations: ['CREATE', 'UPDATE', 'DELETE'] }] as const;

/**
 * What RBAC cannot say inside a virtual cluster. The tenant's roles hold no right on policies, so it cannot unbind them.
 * https://kubernetes.io/docs/reference/access-authn-authz/validating-admission-policy/
 */
export function virtualPolicies(customApiGroups: readonly string[]): KubernetesObject[] {
  return [
    ...policy('tenantry-virtual-platform-objects', {
      resources: everything,
      objectSelector: platformObjects,
      expression: 'false',
      message: 'objects labelled app.kubernetes.io/managed-by: tenantry belong to the platform.',
    }),
    // Whoever runs a pod there runs it as any account of Kubernetes' own controllers, and one of these may do everything.
    ...policy('tenantry-virtual-system-namespaces', {
      resources: everything,
      namespaces: ['kube-system', 'kube-public', 'kube-node-lease', virtualSystemNamespace],
      expression: 'false',
      message: 'this namespace is the system’s; use one of your own.',
    }),
    ...policy('tenantry-virtual-custom-resources', {
      resources: [
        {
          apiGroups: ['apiextensions.k8s.io'],
          resources: ['customresourcedefinitions'],
          operations: ['CREATE', 'UPDATE'],
        },
      ],
      expression: `object.spec.group in ${listLiteral(customApiGroups)}`,
      message: `custom resources may be of these API groups: ${customApiGroups.join(', ') || 'none'}.`,
    }),
  ];
}

/** The probe, and what it says when it refuses: which content of {@link virtualPolicies} was written before it. */
export function virtualProbe(customApiGroups: readonly string[]): { objects: KubernetesObject[]; says: string } {
  const content = JSON.stringify(virtualPolicies(customApiGroups));
  const says = `policies ${createHash('sha256').update(content).digest('hex').slice(0, 12)} are enforced.`;
  const objects = policy(virtualProbePolicy, {
    resources: [{ apiGroups: ['scheduling.k8s.io'], resources: ['priorityclasses'], operations: ['CREATE'] }],
    expression: `object.metadata.name != '${virtualProbePolicy}'`,
    message: says,
    conditions: [],
  });
  return { objects, says };
}

interface Rule {
  readonly resources: readonly ResourceRule[];
  readonly expression: string;
  readonly message: string;
  /** Only in these; everywhere if left out. */
  readonly namespaces?: readonly string[];
  readonly objectSelector?: Readonly<Record<string, unknown>>;
  readonly conditions?: readonly object[];
}

function policy(name: string, rule: Rule): KubernetesObject[] {
  const { namespaces, objectSelector = {}, conditions = [notThePlatform] } = rule;
  const values = namespaces === undefined ? undefined : [...namespaces];
  const matchExpressions = [{ key: 'kubernetes.io/metadata.name', operator: 'In', values }];
  const namespaceSelector = values === undefined ? {} : { matchExpressions };
  // A namespace selector never skips objects that have no namespace.
  const scope = values === undefined ? '*' : 'Namespaced';
  const apiVersion = 'admissionregistration.k8s.io/v1';
  return [
    {
      apiVersion,
      kind: 'ValidatingAdmissionPolicy',
      metadata: { name },
      spec: {
        failurePolicy: 'Fail',
        matchConstraints: {
          matchPolicy: 'Equivalent',
          namespaceSelector,
          objectSelector,
          resourceRules: rule.resources.map((each) => ({ ...each, apiVersions: ['*'], scope })),
        },
        ...(conditions.length === 0 ? {} : { matchConditions: conditions }),
        validations: [{ expression: rule.expression, message: `${name}: ${rule.message}`, reason: 'Forbidden' }],
      },
    },
    {
      apiVersion,
      kind: 'ValidatingAdmissionPolicyBinding',
      metadata: { name },
      spec: { policyName: name, validationActions: ['Deny'] },
    },
  ];
}
