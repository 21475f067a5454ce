import { roleBindings } from './access.ts';
import { serviceAccounts } from './accounts.ts';
import type { KubernetesObject } from './kubernetes-object.ts';
import { limitRange } from './limits.ts';
import { namespaceName, podSecurityLabels, settingAnnotations, type Workspace, workspaceLabels } from './names.ts';
import { networkPolicies } from './network.ts';
import type { WorkspaceNumbers } from './numbers.ts';
import { resourceQuotas } from './quota.ts';

/** The namespace itself: Pod Security pinned, and the tier's settings for the admission policies. */
export function namespaceObject(workspace: Workspace, numbers: WorkspaceNumbers): KubernetesObject {
  return {
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: {
      name: namespaceName(workspace),
      labels: { ...workspaceLabels(workspace), ...podSecurityLabels() },
      annotations: settingAnnotations(workspace.tenantId, numbers),
    },
  };
}

/**
 * Everything that fences a tenant's namespace, the namespace first. The others depend on nothing but the namespace, so
 * they can be written at once.
 * @throws RangeError if the tenant id makes no namespace name.
 */
export function namespaceObjects(workspace: Workspace, numbers: WorkspaceNumbers): KubernetesObject[] {
  const contents = [
    ...resourceQuotas(numbers), // what it may use, and how many objects it may have
    limitRange(numbers), // what one container, pod or claim may use
    ...networkPolicies(workspace.tenantId, numbers), // whom its pods may talk to
    ...serviceAccounts(), // as whom its pods run
    ...roleBindings(workspace.tenantId), // who may do what in it; last in the list, so that a reader sees the fences first
  ];
  const namespace = namespaceName(workspace);
  const labels = workspaceLabels(workspace);
  return [
    namespaceObject(workspace, numbers),
    ...contents.map((object) => ({ ...object, metadata: { ...object.metadata, namespace, labels } })),
  ];
}
