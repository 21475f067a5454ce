import type { Placement } from '../events/placement.ts';

/** One step of acquiring a placement. */
export interface AcquireStep {
  /** Name of the state in acquire-placement. */
  readonly state: string;
  readonly kind: string;
  readonly summary: string;
  /** The kind of account it is for; without it, all tenants pass it. */
  readonly account?: Placement['account'];
  /** Whether it is for virtual clusters only, or for all others only; without it, all tenants pass it. */
  readonly inVcluster?: boolean;
}

/**
 * The process of acquiring a placement, as an ordered list: the one place that says so. The workflow's states, the order
 * of the ledger, the documentation and the command line agree with it, and tests prove that.
 */
export const acquireSteps = [
  { state: 'EnsureAccount', kind: 'account', account: 'pooled', summary: 'a place in the shared AWS account' },
  {
    state: 'ClaimAccount',
    kind: 'account',
    account: 'dedicated',
    summary: 'the AWS account of its own: from before, or from the pool',
  },
  {
    state: 'VendAccount',
    kind: 'account',
    account: 'dedicated',
    summary: 'a new account, if there is none to claim (nested vend-account)',
  },
  {
    state: 'AssignAccount',
    kind: 'account',
    account: 'dedicated',
    summary: 'out of the pool, tagged and named for the tenant',
  },
  { state: 'EnsureFoundation', kind: 'foundation', summary: "the tenant's IAM role and budget (CloudFormation stack)" },
  { state: 'EnsureCluster', kind: 'cluster', summary: 'a place in a shared cluster, or a cluster of its own' },
  { state: 'EnsureClusterAccess', kind: 'cluster-access', summary: "the tenant's access entry and Pod Identity in it" },
  {
    state: 'EnsureClusterBaseline',
    kind: 'cluster-baseline',
    summary: 'admission policies and roles, once per cluster',
  },
  { state: 'EnsureWorkspace', kind: 'workspace', inVcluster: false, summary: 'the fenced namespace' },
  {
    state: 'EnsureVcluster',
    kind: 'workspace',
    inVcluster: true,
    summary: 'the virtual cluster in a fenced namespace',
  },
  {
    state: 'ProveVclusterIsolation',
    kind: 'proof',
    inVcluster: true,
    summary: "hostile requests with the tenant's token, inside and through what is synced",
  },
  { state: 'ProveIsolation', kind: 'proof', summary: "hostile requests with the tenant's own identity, all refused" },
] as const satisfies readonly AcquireStep[];

/** The steps that a placement passes, in order. */
export function stepsFor(placement: Placement): AcquireStep[] {
  const steps: readonly AcquireStep[] = acquireSteps;
  const isVcluster = placement.workspace === 'vcluster';
  return steps.filter(
    ({ account, inVcluster }) =>
      (account === undefined || account === placement.account) &&
      (inVcluster === undefined || inVcluster === isVcluster),
  );
}

/** Kinds of resources that the ledger records, in the order they are made; released in reverse. */
export const resourceKinds = ['account', 'foundation', 'cluster', 'cluster-access', 'workspace'] as const;

export type ResourceKind = (typeof resourceKinds)[number];
