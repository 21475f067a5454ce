import type { Placed } from '../names.ts';
import { namespaceName, type Workspace, workspaceLabels } from '../workspace/names.ts';
import type { WorkspaceNumbers } from '../workspace/numbers.ts';
import { vclusterName, workspaceLabel } from './names.ts';
import type { VclusterSettings } from './settings.ts';

/** Everything that the manifests of one virtual cluster are made of. */
export interface VclusterFacts {
  readonly workspace: Workspace;
  /** The tier's, as for a namespace: what the tenant gets. The control plane's own needs come on top. */
  readonly numbers: WorkspaceNumbers;
  readonly settings: VclusterSettings;
  readonly host: HostFacts;
}

/** What has to be known of the cluster that the virtual one runs in. */
export interface HostFacts {
  /** Range of the cluster's Service addresses, from DescribeCluster; the virtual cluster shares it. */
  readonly serviceCidr: string;
  /** Addresses of the API server, as ranges: of its Service, and of the endpoints behind that. */
  readonly apiServer: readonly string[];
  readonly apiServerPorts: readonly number[];
}

/** Name and place of the virtual cluster. @throws RangeError if the tenant id makes no namespace name. */
export function vclusterPlace(placed: Placed): { name: string; namespace: string } {
  return { name: vclusterName(placed.tenantId), namespace: namespaceName(placed) };
}

/** The labels of a tenant's workspace, and that it is a virtual cluster. */
export function vclusterLabels(workspace: Workspace): Record<string, string> {
  return { ...workspaceLabels(workspace), [workspaceLabel]: 'vcluster' };
}

/**
 * The labels without the manager's: for what others must be able to change (a load balancer's controller adds a finalizer to
 * its Service), since objects labelled as the platform's are protected from everybody else.
 */
export function sharedLabels(workspace: Workspace): Record<string, string> {
  const { 'app.kubernetes.io/managed-by': _manager, ...labels } = vclusterLabels(workspace);
  return labels;
}
