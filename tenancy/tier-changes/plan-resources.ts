import { tenantClusterName } from '../clusters/names.ts';
import { foundationStackName, type Placed, tenantRoleName } from '../names.ts';
import type { ResourceKind } from '../steps.ts';
import type { NumberedPlacement } from '../tenant.ts';
import { vclusterName } from '../vcluster/names.ts';
import { namespaceName } from '../workspace/names.ts';

/** Something that a change of tier makes or removes, by its kind in the ledger. */
export interface PlannedResource {
  readonly kind: ResourceKind;
  readonly name: string;
  readonly summary: string;
}

interface Where {
  readonly tenantId: string;
  readonly placed: NumberedPlacement;
  /** What is known of the account and of the shared cluster: an id or a name, or in words where they come from. */
  readonly account: string;
  readonly cluster: string;
}

/**
 * What a placement consists of beside the other placement of the same tenant: an account of its own, and a place in a shared
 * one, stay if the other has the same.
 */
export function resourcesOf(where: Where, other: NumberedPlacement): PlannedResource[] {
  const { tenantId, placed } = where;
  const name: Placed = { tenantId, generation: placed.generation };
  const dedicated = placed.placement.account === 'dedicated';
  const account: PlannedResource = {
    kind: 'account',
    name: dedicated ? 'dedicated' : 'pooled',
    summary: dedicated ? `an AWS account of its own: ${where.account}` : `a place in the AWS account ${where.account}`,
  };
  return [
    ...(placed.placement.account === other.placement.account ? [] : [account]),
    { kind: 'foundation', name: foundationStackName(name), summary: foundationText(name, placed) },
    clusterOf(name, where),
    { kind: 'cluster-access', name: tenantRoleName(name), summary: accessText(placed) },
    { kind: 'workspace', name: namespaceName(name), summary: workspaceText(tenantId, placed) },
  ];
}

function foundationText(name: Placed, { placement }: NumberedPlacement): string {
  const network = placement.workspace === 'cluster' ? ', a network and the roles of its cluster' : '';
  return `CloudFormation stack with the role ${tenantRoleName(name)}, a budget${network}`;
}

function clusterOf(name: Placed, { placed, cluster }: Where): PlannedResource {
  if (placed.placement.workspace === 'cluster')
    return { kind: 'cluster', name: tenantClusterName(name), summary: 'an EKS cluster of its own' };
  return { kind: 'cluster', name: cluster, summary: 'a place in a shared EKS cluster' };
}

function accessText({ placement }: NumberedPlacement): string {
  const identity = 'Pod Identity for its pods';
  return placement.workspace === 'vcluster' ? identity : `access entry and ${identity}`;
}

function workspaceText(tenantId: string, { placement }: NumberedPlacement): string {
  return placement.workspace === 'vcluster'
    ? `the virtual cluster ${vclusterName(tenantId)} in a fenced namespace`
    : 'a fenced namespace';
}
