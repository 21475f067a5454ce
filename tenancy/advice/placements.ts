import type { Placement } from '../../events/placement.ts';

/** The six placements, from the least to the most isolated. */
export const PLACEMENTS: readonly Placement[] = (['pooled', 'dedicated'] as const).flatMap((account) =>
  (['namespace', 'vcluster', 'cluster'] as const).map((workspace) => ({ account, workspace })),
);

/** `pooled+namespace` */
export function placementName({ account, workspace }: Placement): string {
  return `${account}+${workspace}`;
}

const ACCOUNTS = { pooled: 0, dedicated: 1 } as const;
const WORKSPACES = { namespace: 0, vcluster: 1, cluster: 2 } as const;

/** Whether `a` shares at least as much as `b` in both layers, and is not `b`: weaker without any doubt. */
export function isWeaker(a: Placement, b: Placement): boolean {
  const layers = [ACCOUNTS[b.account] - ACCOUNTS[a.account], WORKSPACES[b.workspace] - WORKSPACES[a.workspace]];
  return layers.every((difference) => difference >= 0) && layers.some((difference) => difference > 0);
}
