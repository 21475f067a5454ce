import type { KubernetesObject } from '../kubernetes-object.ts';
import { managedBy, managedByLabel, tenantLabel } from '../names.ts';

/** One rule of the pack, as its author writes it. https://kubernetes.io/docs/reference/access-authn-authz/validating-admission-policy/ */
export interface AdmissionRule {
  /** `tenantry-…`; part of every refusal, so that the isolation proof can tell which control answered. */
  readonly name: string;
  readonly resources: readonly ResourceRule[];
  readonly variables?: readonly { readonly name: string; readonly expression: string }[];
  /** All must hold, else the rule does not apply. */
  readonly matchConditions?: readonly { readonly name: string; readonly expression: string }[];
  readonly validations: readonly Validation[];
  readonly objectSelector?: Readonly<Record<string, unknown>>;
  /** `Deny` unless said otherwise. */
  readonly actions?: readonly ('Deny' | 'Warn' | 'Audit')[];
}

export interface ResourceRule {
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly operations: readonly ('CREATE' | 'UPDATE' | 'DELETE')[];
}

export interface Validation {
  readonly expression: string;
  /** Says what to do instead; the policy's name is put before it. */
  readonly message: string;
  /** CEL: the same with values of the request, with the policy's name. `message` stands in where it cannot be evaluated. */
  readonly messageExpression?: string;
}

/**
 * The policy and its one permanent binding. The binding covers every tenant namespace by label, and the tenant's own
 * settings come from the namespace's annotations: bindings and parameters per tenant would make a refusal depend on
 * informers that stop when the last tenant's binding goes (kubernetes/kubernetes issue 130887).
 */
export function policyObjects(rule: AdmissionRule): KubernetesObject[] {
  return [
    {
      apiVersion: 'admissionregistration.k8s.io/v1',
      kind: 'ValidatingAdmissionPolicy',
      metadata: { name: rule.name },
      spec: {
        failurePolicy: 'Fail',
        matchConstraints: {
          matchPolicy: 'Equivalent',
          namespaceSelector: tenantNamespaces,
          objectSelector: rule.objectSelector ?? {},
          resourceRules: rule.resources.map((resource) => ({ ...resource, apiVersions: ['*'], scope: '*' })),
        },
        ...(rule.matchConditions === undefined ? {} : { matchConditions: rule.matchConditions }),
        ...(rule.variables === undefined ? {} : { variables: rule.variables }),
        validations: rule.validations.map(({ expression, message, messageExpression }) => ({
          expression,
          message: `${rule.name}: ${message}`,
          ...(messageExpression === undefined ? {} : { messageExpression }),
          reason: 'Forbidden',
        })),
      },
    },
    {
      apiVersion: 'admissionregistration.k8s.io/v1',
      kind: 'ValidatingAdmissionPolicyBinding',
      metadata: { name: rule.name },
      spec: {
        policyName: rule.name,
        validationActions: rule.actions ?? ['Deny'],
        matchResources: { matchPolicy: 'Equivalent', namespaceSelector: tenantNamespaces, objectSelector: {} },
      },
    },
  ];
}

/** Selects the namespaces of tenants. */
export const tenantNamespaces = { matchExpressions: [{ key: tenantLabel, operator: 'Exists' }] };

/** CEL: the value of a setting of the namespace, '' if it is not set. */
export function setting(annotation: string): string {
  return `namespaceObject.metadata.?annotations[?'${annotation}'].orValue('')`;
}

/** CEL: a comma-separated setting as a list; without the filter an unset one would be a list of one empty string. */
export function listSetting(annotation: string): string {
  return `${setting(annotation)}.split(',').filter(entry, entry != '')`;
}

/** CEL: the tenant whose namespace it is. */
export const tenantOfNamespace = `namespaceObject.metadata.labels['${tenantLabel}']`;

/** CEL: a list as a literal. */
export function listLiteral(values: readonly string[]): string {
  return `[${values.map((value) => `'${value}'`).join(', ')}]`;
}

/** Selects what the platform itself wrote. Matches if the object before or after the change carries the label. */
export const platformObjects = { matchLabels: { [managedByLabel]: managedBy } };

/** CEL: the request comes from somebody who may `manage` the virtual resource `workspaces.tenantry.dev`. */
export const isThePlatform = "authorizer.group('tenantry.dev').resource('workspaces').check('manage').allowed()";

/**
 * CEL condition: the request does not come from the platform. Whoever may `manage` the virtual resource
 * `workspaces.tenantry.dev` is the platform (cluster administrators may, by their wildcard), and so are Kubernetes' own
 * controllers: without them a namespace could not even be deleted.
 */
export const notThePlatform = {
  name: 'not-the-platform',
  expression:
    "!('system:serviceaccounts:kube-system' in request.userInfo.groups) && " +
    "request.userInfo.username != 'system:kube-controller-manager' && " +
    `!${isThePlatform}`,
};

/**
 * CEL condition: the part that the rule looks at is new. A rule that became stricter must not stop updates of what
 * exists (a controller that removes a finalizer would be stuck for ever).
 */
export const specChanges = {
  name: 'spec-changes',
  expression: "request.operation == 'CREATE' || object.spec != oldObject.spec",
};
