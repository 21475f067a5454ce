import type { KubernetesObject } from './kubernetes-object.ts';
import type { WorkspaceNumbers } from './numbers.ts';

export const limitRangeName = 'tenant-limits';

/**
 * Defaults and bounds for containers, pods and claims. Without defaults the compute quota would refuse every pod that
 * states no limits. https://kubernetes.io/docs/concepts/policy/limit-range/
 */
export function limitRange({ limits }: WorkspaceNumbers): KubernetesObject {
  return {
    apiVersion: 'v1',
    kind: 'LimitRange',
    metadata: { name: limitRangeName },
    spec: {
      limits: [
        { type: 'Container', ...limits.container },
        { type: 'Pod', max: limits.pod.max },
        {
          type: 'PersistentVolumeClaim',
          min: { storage: limits.persistentVolumeClaim.min },
          max: { storage: limits.persistentVolumeClaim.max },
        },
      ],
    },
  };
}
