import type { KubernetesObject } from '../../tenancy/workspace/kubernetes-object.ts';
import { type NodePlacement, nodePlacement } from '../../tenancy/workspace/node-pools.ts';
import type { ProofSubject } from './case.ts';

const name = 'tenantry-proof';

/** Where pods of the tenant run. @throws TypeError for a tier that has nodes of its own and no name. */
function placement({ numbers, tier }: ProofSubject): Partial<NodePlacement> {
  if (numbers.nodePool === undefined) return {};
  if (tier === undefined) throw new TypeError('the name of a tier that has nodes of its own is needed');
  return nodePlacement(tier);
}

/**
 * A pod as a tenant should write it: restricted, from an allowed registry, on the nodes of its tier, with the namespace's
 * defaults.
 */
export function goodPod(subject: ProofSubject): KubernetesObject {
  const { namespace, numbers } = subject;
  // Never created, so any owner will do.
  const owner = { apiVersion: 'apps/v1', kind: 'ReplicaSet', name, uid: '00000000-0000-4000-8000-000000000000' };
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace, ownerReferences: [owner] },
    spec: {
      ...placement(subject),
      securityContext: { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } },
      containers: [
        {
          name: 'app',
          image: `${numbers.imageRegistries[0]}tenantry/proof:1`,
          imagePullPolicy: 'Always',
          securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } },
        },
      ],
    },
  };
}

export function goodService({ namespace }: ProofSubject): KubernetesObject {
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name, namespace },
    spec: { type: 'ClusterIP', selector: { app: name }, ports: [{ port: 80 }] },
  };
}

/** Undefined for a tier without storage. */
export function goodClaim({ namespace, numbers }: ProofSubject): KubernetesObject | undefined {
  const [storageClassName] = numbers.storageClasses;
  if (storageClassName === undefined) return undefined;
  const storage = numbers.limits.persistentVolumeClaim.min;
  return {
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: { name, namespace },
    spec: { storageClassName, accessModes: ['ReadWriteOnce'], resources: { requests: { storage } } },
  };
}

/** Undefined for a tier without ingress. */
export function goodIngress({ tenantId, namespace, numbers }: ProofSubject): KubernetesObject | undefined {
  const [ingressClassName] = numbers.ingress.classes;
  if (ingressClassName === undefined) return undefined;
  const backend = { service: { name, port: { number: 80 } } };
  const host = `${tenantId}.${numbers.ingress.domain}`;
  return {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'Ingress',
    metadata: { name, namespace },
    spec: { ingressClassName, rules: [{ host, http: { paths: [{ path: '/', pathType: 'Prefix', backend }] } }] },
  };
}

export function goodNetworkPolicy({ namespace }: ProofSubject): KubernetesObject {
  return {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'NetworkPolicy',
    metadata: { name, namespace },
    spec: {
      podSelector: { matchLabels: { app: name } },
      policyTypes: ['Ingress'],
      ingress: [{ from: [{ podSelector: { matchLabels: { app: name } } }] }],
    },
  };
}

export function goodRole({ namespace }: ProofSubject): KubernetesObject {
  return {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'Role',
    metadata: { name, namespace },
    rules: [{ apiGroups: [''], resources: ['pods'], verbs: ['get'] }],
  };
}

export function goodRoleBinding({ namespace }: ProofSubject): KubernetesObject {
  return {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'RoleBinding',
    metadata: { name, namespace },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'tenantry-tenant-view' },
    subjects: [{ kind: 'ServiceAccount', name: 'default', namespace }],
  };
}

/** With the annotation that a token secret needs, so that the hostile one differs by its type alone. */
export function goodSecret({ namespace }: ProofSubject): KubernetesObject {
  const annotations = { 'kubernetes.io/service-account.name': 'default' };
  return { apiVersion: 'v1', kind: 'Secret', metadata: { name, namespace, annotations }, type: 'Opaque' };
}

export function goodConfigMap({ namespace }: ProofSubject): KubernetesObject {
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace, labels: {} } };
}

export function goodDisruptionBudget({ namespace }: ProofSubject): KubernetesObject {
  return {
    apiVersion: 'policy/v1',
    kind: 'PodDisruptionBudget',
    metadata: { name, namespace },
    spec: { maxUnavailable: 1, selector: { matchLabels: { app: name } } },
  };
}
