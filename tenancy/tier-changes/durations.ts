import type { Placement } from '../../events/placement.ts';

/** How long a step usually takes, and how that is known. */
export interface Duration {
  readonly seconds: number;
  /** `aws`: AWS says so, or those who measured it there. `project`: what Tenantry does itself, as `npm run bench:placements` measures it. */
  readonly basis: 'aws' | 'project';
  readonly source: string;
}

const aws = (seconds: number, source: string): Duration => ({ seconds, basis: 'aws', source });
const own = (seconds: number): Duration => ({ seconds, basis: 'project', source: 'npm run bench:placements' });

const clusters = 'https://docs.aws.amazon.com/eks/latest/userguide/automode-get-started-cli.html';
const accounts = 'https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_accounts_create.html';
const stacks = 'https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/stack-creation-events.html';
const gateways = 'https://docs.aws.amazon.com/vpc/latest/userguide/nat-gateway-working-with.html';
const entries = 'https://docs.aws.amazon.com/eks/latest/userguide/access-entries.html';

/** Typical durations by the state of the workflow, for an idle installation; rounded, read on 2026-11-22. */
const typical: Readonly<Record<string, Duration>> = {
  BeginTierChange: own(1),
  CheckTierChange: own(3),
  ReleaseKept: aws(60, stacks),
  EnsureAccount: own(1),
  ClaimAccount: own(1),
  // Creation, readiness of the services in it, its baseline.
  VendAccount: aws(480, accounts),
  AssignAccount: own(2),
  EnsureFoundation: aws(45, stacks),
  EnsureCluster: own(1),
  EnsureClusterAccess: aws(5, entries),
  EnsureClusterBaseline: own(5),
  EnsureWorkspace: own(1),
  // Most of it until its load balancer answers.
  EnsureVcluster: own(160),
  ProveVclusterIsolation: own(5),
  ProveIsolation: own(10),
  TransferWorkspace: own(10),
  RequestMigration: own(1),
  CompareWorkspace: own(5),
  RaiseCommitment: own(1),
  LoosenWorkspace: own(1),
  AdjustAccess: own(1),
  LowerCommitment: own(1),
  CutOver: own(1),
  AnnounceTierChanged: own(1),
};

/** What takes longer where a cluster is made, and with one of the tenant's own a network. */
const withNewCluster: Readonly<Record<string, Duration>> = {
  EnsureFoundation: aws(180, gateways),
  EnsureCluster: aws(900, clusters),
  // Its API server learns the policies.
  EnsureClusterBaseline: own(45),
};

/** How long the step usually takes for the placement. `newCluster` says whether a cluster is made, its own or a shared one. */
export function durationOf(state: string, { workspace }: Placement, newCluster: boolean): Duration {
  // A shared cluster that is added has its network from before.
  const special = workspace === 'cluster' || state !== 'EnsureFoundation' ? withNewCluster[state] : undefined;
  const found = (newCluster ? special : undefined) ?? typical[state];
  if (found === undefined) throw new RangeError(`Nobody knows how long ${state} takes.`);
  return found;
}
