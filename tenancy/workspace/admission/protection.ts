import { type AdmissionRule, notThePlatform, platformObjects } from './policy.ts';
import { controlPlaneNotes } from './virtual-clusters.ts';

/**
 * The policy by which an API server is asked which baseline it enforces. It refuses one name of a kind without a namespace,
 * so it can be tried before there is any tenant, and its refusal says the version.
 */
export const probePolicy = 'tenantry-baseline-probe';

/** What the platform needs to keep its hand on the cluster. */
export const protectionRules: readonly AdmissionRule[] = [
  {
    name: probePolicy,
    resources: [{ apiGroups: ['scheduling.k8s.io'], resources: ['priorityclasses'], operations: ['CREATE'] }],
    validations: [{ expression: `object.metadata.name != '${probePolicy}'`, message: 'the baseline is enforced.' }],
  },
  {
    // RBAC cannot tell the platform's NetworkPolicy from the tenant's own; labels can.
    name: 'tenantry-platform-objects',
    resources: [{ apiGroups: ['*'], resources: ['*/*'], operations: ['CREATE', 'UPDATE', 'DELETE'] }],
    objectSelector: platformObjects,
    matchConditions: [notThePlatform],
    validations: [
      {
        expression: controlPlaneNotes,
        message:
          'objects labelled app.kubernetes.io/managed-by: tenantry belong to the platform; tenants cannot make, change or delete them.',
      },
    ],
  },
  {
    // A budget that permits no disruption blocks every upgrade of the node its pod runs on.
    name: 'tenantry-disruption-budgets',
    resources: [{ apiGroups: ['policy'], resources: ['poddisruptionbudgets'], operations: ['CREATE', 'UPDATE'] }],
    validations: [
      {
        expression:
          "!(has(object.spec.maxUnavailable) && string(object.spec.maxUnavailable) in ['0', '0%']) && " +
          "!(has(object.spec.minAvailable) && string(object.spec.minAvailable) == '100%')",
        message: 'a disruption budget must permit at least one disruption.',
      },
    ],
  },
];
