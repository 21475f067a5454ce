import { stepsFor } from '../steps.ts';
import type { NumberedPlacement } from '../tenant.ts';
import type { HowItChanges } from './config.ts';
import { durationOf } from './durations.ts';

/** A step of a change of tier, as a plan shows it. */
export interface PlannedStep {
  readonly workflow: string;
  readonly state: string;
  readonly summary: string;
  /** How long it usually takes. */
  readonly seconds: number;
}

/** What the steps depend on beside the placements. */
export interface PlanFacts {
  /** Whether the tenant's account is one that is still to be vended. */
  readonly vending: boolean;
  /** Whether a cluster is made: its own, or a shared one that is added. */
  readonly newCluster: boolean;
  /** Whether the product is asked to move volumes and data of its own. */
  readonly productMigration: boolean;
  /** Whether a placement of an earlier change is still kept, which is given up first. */
  readonly kept: boolean;
}

type Row = readonly [state: string, summary: string];

const check: Row = ['CheckTierChange', 'this very look again, before anything is touched'];

const inPlace: readonly Row[] = [
  check,
  ['RaiseCommitment', 'what either tier needs of the shared cluster, in one write'],
  ['LoosenWorkspace', 'quotas and policies as loose as both tiers'],
  ['EnsureFoundation', 'budget and tags of the stack'],
  ['AdjustAccess', 'the tier in the tags of access entry and Pod Identity'],
];

const end: readonly Row[] = [
  ['CutOver', 'the registry says that the tenant lives there, in one write'],
  ['AnnounceTierChanged', 'TenantTierChanged'],
];

/** Every step until `TenantTierChanged`, in order. */
export function planSteps(
  how: HowItChanges,
  to: Pick<NumberedPlacement, 'placement'>,
  facts: PlanFacts,
): PlannedStep[] {
  const of = (workflow: string, rows: readonly Row[]) =>
    rows.map(([state, summary]) => {
      const { seconds } = durationOf(state, to.placement, facts.newCluster);
      return { workflow, state, summary, seconds };
    });
  const middle = how === 'in-place' ? of('adjust-placement', adjusting(to)) : moving(to, facts, of);
  return [
    ...of('change-tier', [['BeginTierChange', 'the tenant is CHANGING_TIER']]),
    ...middle,
    ...of('change-tier', end),
  ];
}

function adjusting({ placement }: Pick<NumberedPlacement, 'placement'>): Row[] {
  const vcluster = placement.workspace === 'vcluster';
  return [
    // A cluster of its own has nobody to share with.
    ...inPlace.filter(([state]) => state !== 'RaiseCommitment' || placement.workspace !== 'cluster'),
    vcluster
      ? ['EnsureVcluster', 'the virtual cluster exactly as the new tier says']
      : ['EnsureWorkspace', 'the namespace exactly as the new tier says'],
    ...(placement.workspace === 'cluster'
      ? []
      : [['LowerCommitment', 'what the new tier does not need is free'] as const]),
    ...proofs(placement.workspace === 'vcluster'),
  ];
}

function proofs(vcluster: boolean): Row[] {
  const hostile = "hostile requests with the tenant's own identity, all refused";
  return [...(vcluster ? [['ProveVclusterIsolation', hostile] as const] : []), ['ProveIsolation', hostile]];
}

function moving(
  to: Pick<NumberedPlacement, 'placement'>,
  facts: PlanFacts,
  of: (workflow: string, rows: readonly Row[]) => PlannedStep[],
): PlannedStep[] {
  const kept: Row = ['ReleaseKept', 'the placement that an earlier change left is released'];
  const acquired = stepsFor(to.placement).filter(({ state }) => state !== 'VendAccount' || facts.vending);
  const asked: Row = ['RequestMigration', 'the product moves volumes and its own data; this takes as long as it needs'];
  return [
    ...of('move-placement', [check, ...(facts.kept ? [kept] : [])]),
    ...of(
      'acquire-placement',
      acquired.map(({ state, summary }) => [state, summary] as const),
    ),
    ...of('move-placement', [
      ['TransferWorkspace', "the tenant's Kubernetes objects but what runs, in order of dependency"],
      ...(facts.productMigration ? [asked] : []),
      ['CompareWorkspace', 'what runs, and both workspaces, object by object'],
    ]),
  ];
}
