import type { KubernetesObject } from './kubernetes-object.ts';
import type { WorkspaceNumbers } from './numbers.ts';
import { systemPriorityClasses, tenantPriorityClasses } from './priority-classes.ts';

export const computeQuotaName = 'tenant-compute';
export const objectQuotaName = 'tenant-objects';
export const priorityQuotaName = 'tenant-foreign-priority';

/**
 * The quotas of a namespace; the first two are the tier's numbers, the last closes what numbers cannot.
 * https://kubernetes.io/docs/concepts/policy/resource-quotas/
 */
export function resourceQuotas(numbers: WorkspaceNumbers): KubernetesObject[] {
  return [
    quota(computeQuotaName, { ...numbers.compute, ...storageByClass(numbers) }),
    quota(objectQuotaName, { ...counts(numbers.objects), 'services.nodeports': '0', resourcequotas: '3' }),
    // Second layer behind the admission policy: a pod of a class that is not this tier's own counts against zero.
    quota(
      priorityQuotaName,
      { pods: '0' },
      {
        scopeSelector: {
          matchExpressions: [{ scopeName: 'PriorityClass', operator: 'In', values: foreignPriorityClasses(numbers) }],
        },
      },
    ),
  ];
}

function quota(name: string, hard: Record<string, string>, scope: Record<string, unknown> = {}): KubernetesObject {
  return { apiVersion: 'v1', kind: 'ResourceQuota', metadata: { name }, spec: { hard, ...scope } };
}

/** Each allowed class may use the whole storage sum; classes that are not allowed are refused by the admission policy. */
function storageByClass(numbers: WorkspaceNumbers): Record<string, string> {
  return Object.fromEntries(
    numbers.storageClasses.map((name) => [
      `${name}.storageclass.storage.k8s.io/requests.storage`,
      numbers.compute['requests.storage'],
    ]),
  );
}

function counts(objects: WorkspaceNumbers['objects']): Record<string, string> {
  return Object.fromEntries(Object.entries(objects).map(([resource, count]) => [resource, String(count)]));
}

function foreignPriorityClasses(numbers: WorkspaceNumbers): string[] {
  const own: readonly string[] = numbers.priorityClasses;
  return [...systemPriorityClasses, ...tenantPriorityClasses].filter((name) => !own.includes(name));
}
