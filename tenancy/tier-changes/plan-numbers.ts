import type { WorkspaceNumbers } from '../workspace/numbers.ts';
import { quotaOf } from './use.ts';

/** Something that a tier says and the other one says otherwise. */
export interface ChangedNumber {
  readonly resource: string;
  readonly from: string;
  readonly to: string;
}

/** What changes for the workspace: its quota, as quotas name it, what one container, pod or claim may have, and what is allowed at all. */
export function changedNumbers(old: WorkspaceNumbers, wanted: WorkspaceNumbers): ChangedNumber[] {
  const [before, after] = [numbersOf(old), numbersOf(wanted)];
  return Object.entries(after).flatMap(([resource, to]) => {
    const from = before[resource] ?? '0';
    return from === to ? [] : [{ resource, from, to }];
  });
}

function numbersOf(numbers: WorkspaceNumbers): Record<string, string> {
  const { container, pod, persistentVolumeClaim: claim } = numbers.limits;
  const list = (items: readonly string[]) => items.join(', ') || 'none';
  const whether = (allowed: boolean) => (allowed ? 'allowed' : 'refused');
  return {
    ...quotaOf(numbers),
    'most CPU of a container': container.max.cpu,
    'most memory of a container': container.max.memory,
    'most CPU of a pod': pod.max.cpu,
    'most memory of a pod': pod.max.memory,
    'largest claim': claim.max,
    'storage classes': list(numbers.storageClasses),
    'image registries': list(numbers.imageRegistries),
    'priority classes': list(numbers.priorityClasses),
    'runtime classes': list(numbers.runtimeClasses),
    'load balancers': whether(numbers.loadBalancers),
    'ingress classes': list(numbers.ingress.classes),
    'ingress domain': numbers.ingress.domain,
    'internet from pods': whether(numbers.internetEgress),
    'pods without an owner': numbers.standalonePods,
    'nodes of its own': numbers.nodePool ? 'yes' : 'no',
  };
}
