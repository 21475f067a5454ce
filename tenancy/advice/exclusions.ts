import type { Placement } from '../../events/placement.ts';
import type { Figures } from './figures.ts';
import { limitsOf } from './limits.ts';
import type { Requirements } from './requirements.ts';

/** Why a placement cannot serve the requirements at all, and the fact behind it. */
export interface Exclusion {
  readonly rule: string;
  readonly fact: string;
  readonly source: string;
}

interface Rule {
  readonly rule: string;
  readonly applies: (requirements: Requirements) => boolean;
  readonly excludes: (placement: Placement) => boolean;
  readonly fact: string;
  readonly source: string;
}

const pooled = ({ account }: Placement) => account === 'pooled';
const namespace = ({ workspace }: Placement) => workspace === 'namespace';
const sharedNodes = ({ workspace }: Placement) => workspace !== 'cluster';

/** Each of them excludes with a placement every weaker one: more demand never leaves only weaker placements. */
const RULES: readonly Rule[] = [
  {
    rule: 'own-account',
    applies: ({ ownAccount }) => ownAccount,
    excludes: pooled,
    fact: 'contracts promise an account of its own, and a pooled account is shared',
    source:
      'https://docs.aws.amazon.com/whitepapers/latest/organizing-your-aws-environment/benefits-of-using-multiple-aws-accounts.html',
  },
  {
    rule: 'data-residency',
    applies: ({ dataResidency }) => dataResidency === 'enforced',
    excludes: pooled,
    fact: 'service control policies deny regions to a whole account, not to one tenant in it',
    source: 'https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_scps.html',
  },
  {
    rule: 'own-custom-resources',
    applies: ({ ownCustomResources }) => ownCustomResources,
    excludes: namespace,
    fact: 'CRDs and other cluster-scoped objects are shared by all namespaces of an API server',
    source: 'https://kubernetes.io/docs/concepts/security/multi-tenancy/',
  },
  {
    rule: 'own-nodes',
    applies: ({ ownNodes }) => ownNodes,
    excludes: sharedNodes,
    fact: 'DaemonSets and privileged pods reach every tenant of the node; virtual clusters share nodes too',
    source: 'https://kubernetes.io/docs/concepts/security/multi-tenancy/',
  },
  {
    rule: 'untrusted-code',
    applies: ({ workloads }) => workloads === 'untrusted',
    excludes: sharedNodes,
    fact: 'containers of a node share its kernel: an escape reaches the other tenants there',
    source: 'https://docs.aws.amazon.com/eks/latest/best-practices/tenant-isolation.html',
  },
  {
    rule: 'noisy-neighbours',
    applies: ({ noisyNeighbours }) => noisyNeighbours === 'none',
    excludes: sharedNodes,
    fact: "a node's disk and network and the cluster's API server have no limits per tenant that hold always",
    source: 'https://docs.aws.amazon.com/eks/latest/best-practices/tenant-isolation.html',
  },
];

/** All reasons against a placement; none if it can serve the requirements. */
export function exclusions(placement: Placement, requirements: Requirements, { weights }: Figures): Exclusion[] {
  const byRule = RULES.filter((rule) => rule.applies(requirements) && rule.excludes(placement)).map(
    ({ rule, fact, source }) => ({ rule, fact, source }),
  );
  const byRegime = requirements.compliance.flatMap((name): Exclusion[] => {
    const { title, requires, reason, basis, source } = weights.regimes[name];
    const account = requires !== 'nothing' && pooled(placement);
    const cluster = requires === 'own-cluster-and-account' && sharedNodes(placement);
    if (!account && !cluster) return [];
    return [{ rule: name, fact: `${title}: ${reason}${basis === 'practice' ? ' (practice)' : ''}`, source }];
  });
  const byLimit = limitsOf(placement, requirements)
    .filter(({ beyond, used, limit }) => beyond === 'excluded' && used > limit)
    .map(({ name, used, limit, adjustable, source }) => ({
      rule: 'limit',
      fact: `${name}: ${count(used)} needed, ${count(limit)} possible${adjustable ? ' (AWS raises it on request)' : ', fixed'}`,
      source,
    }));
  return [...byRegime, ...byRule, ...byLimit];
}

const count = (value: number) => value.toLocaleString('en-US');
