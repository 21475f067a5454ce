import { platformGroup } from '../names.ts';
import { type AdmissionRule, isThePlatform, notThePlatform, tenantOfNamespace } from './policy.ts';

const platformSubject = `subject.kind == 'Group' && subject.name == '${platformGroup}'`;

/** Who may be given access to a tenant's namespace, and how credentials may come into being there. */
export const accessRules: readonly AdmissionRule[] = [
  {
    name: 'tenantry-role-bindings',
    resources: [
      { apiGroups: ['rbac.authorization.k8s.io'], resources: ['rolebindings'], operations: ['CREATE', 'UPDATE'] },
    ],
    validations: [
      {
        expression:
          'object.?subjects.orValue([]).all(subject, ' +
          "(subject.kind == 'ServiceAccount' && subject.?namespace.orValue('') == request.namespace) || " +
          `(subject.kind == 'Group' && subject.name.startsWith('tenant:' + ${tenantOfNamespace} + ':')) || (${platformSubject}))`,
        message: "subjects must be service accounts of this namespace or the tenant's own groups.",
      },
      {
        // The platform keeps the control plane of a virtual cluster, and gives itself the right to in that namespace.
        expression: `!object.?subjects.orValue([]).exists(subject, ${platformSubject}) || ${isThePlatform}`,
        message: `only the platform binds its own group ${platformGroup}.`,
      },
    ],
  },
  {
    // Such a token never expires. TokenRequest gives ones that do.
    name: 'tenantry-service-account-tokens',
    resources: [{ apiGroups: [''], resources: ['secrets'], operations: ['CREATE'] }],
    validations: [
      {
        expression: "object.?type.orValue('Opaque') != 'kubernetes.io/service-account-token'",
        message: 'secrets of type kubernetes.io/service-account-token are refused.',
      },
    ],
  },
  {
    name: 'tenantry-ephemeral-containers',
    resources: [{ apiGroups: [''], resources: ['pods/ephemeralcontainers'], operations: ['CREATE', 'UPDATE'] }],
    matchConditions: [notThePlatform],
    validations: [
      {
        expression: 'size(object.spec.?ephemeralContainers.orValue([])) == 0',
        message: 'ephemeral containers are refused: they join a running pod past its review.',
      },
    ],
  },
];
