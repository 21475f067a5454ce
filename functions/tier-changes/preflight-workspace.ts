import { CatalogueError } from '../../tenancy/errors.ts';
import { type Allowed, allowedInNamespace, allowedInVcluster } from '../../tenancy/tier-changes/allowed.ts';
import { objectObstacles } from '../../tenancy/tier-changes/object-obstacles.ts';
import type { Obstacles } from '../../tenancy/tier-changes/obstacles.ts';
import { countedOnHosts, givenObjects, objectsByQuota } from '../../tenancy/tier-changes/travelling-use.ts';
import {
  beyond,
  quotaOf,
  together,
  type Use,
  useByQuotas,
  withoutControlPlane,
} from '../../tenancy/tier-changes/use.ts';
import type { Finding } from '../../tenancy/transfer/findings.ts';
import type { Place } from '../../tenancy/transfer/place.ts';
import { planTransfer, type TransferPlan } from '../../tenancy/transfer/plan.ts';
import { ingressDomainOf, tenantPlace } from '../../tenancy/transfer/tenant-place.ts';
import { nodesOf, withTierNodes } from '../../tenancy/transfer/tier-nodes.ts';
import { divide } from '../../tenancy/transfer/whose.ts';
import type { KubernetesObject } from '../../tenancy/workspace/kubernetes-object.ts';
import { namespaceName } from '../../tenancy/workspace/names.ts';
import type { PreflightRequest, Tiers } from './preflight-request.ts';

/** What there is of the tenant in the workspace that it has. */
export interface LiveWorkspace {
  /** The ResourceQuotas of its namespace, or of the host namespace of its virtual cluster. */
  readonly quotas: readonly KubernetesObject[];
  /** Everything in the namespace that the tenant may see, or everything inside its virtual cluster. */
  readonly objects: readonly KubernetesObject[];
}

/** What the tenant uses, and what of it the new tier does not allow. */
export interface WorkspaceFindings extends Pick<Obstacles, 'quota' | 'objects'> {
  readonly use: Use;
  /** What a person should look at after a transfer. */
  readonly findings: readonly Finding[];
}

/**
 * Judges what is in the workspace by the numbers and policies of the new tier, and whether it can travel.
 * @throws StillCreating while a quota of the workspace does not count.
 */
export function workspaceFindings(
  request: PreflightRequest,
  tiers: Tiers,
  { quotas, objects }: LiveWorkspace,
): WorkspaceFindings {
  const counted = useByQuotas(quotas);
  if (counted === undefined)
    throw new CatalogueError('StillCreating', `The quotas of ${request.from.namespace} are not counted yet.`);
  const { own } = divide(objects);
  const use = ownUse(request, tiers, counted);
  const travel = travelPlan(request, tiers, objects);
  const judged = request.how === 'in-place' ? use : movedUse(request, tiers, use, own);
  return {
    use,
    quota: beyond(judged, quotaOf(tiers.wanted.workspace)),
    objects: [
      ...objectObstacles(asArriving(request, tiers, own), allowedBy(request, tiers)),
      ...(travel?.obstacles ?? []),
    ],
    findings: travel?.findings ?? [],
  };
}

const inVcluster = ({ placement }: PreflightRequest['to'] | PreflightRequest['from']) =>
  placement.workspace === 'vcluster';

/** Without the control plane's part; from host to host both quotas have that, and the new one's counts. */
function ownUse({ from, to }: PreflightRequest, { old, wanted, vclusters }: Tiers, counted: Use): Use {
  if (!inVcluster(from)) return counted;
  return withoutControlPlane(counted, (inVcluster(to) ? wanted : old).workspace, vclusters);
}

/** Of a new workspace the quota counts what arrives there, beside what the platform has in it. */
function movedUse(
  { tenantId, from, to }: PreflightRequest,
  { wanted }: Tiers,
  use: Use,
  own: readonly KubernetesObject[],
): Use {
  // What the host counts is what was synced there, and that will be so again.
  if (inVcluster(from) && inVcluster(to)) return use;
  const sums = Object.fromEntries(
    Object.entries(use).filter(([key]) => /^(requests|limits)\./.test(key) || key === 'pods'),
  );
  const arriving = objectsByQuota(own);
  if (!inVcluster(to)) return { ...sums, ...together(arriving, givenObjects({ tenantId, ...to }, wanted.workspace)) };
  return { ...sums, ...Object.fromEntries(Object.entries(arriving).filter(([key]) => countedOnHosts.includes(key))) };
}

/** What moves is put on the nodes of the new tier; in place it stays where it says. */
function asArriving(
  { how, to }: PreflightRequest,
  { wanted }: Tiers,
  own: readonly KubernetesObject[],
): readonly KubernetesObject[] {
  if (how === 'in-place') return own;
  const nodes = nodesOf(to.tier, wanted.workspace);
  return own.map((object) => withTierNodes(object, { nodes, demanded: false }));
}

function allowedBy(request: PreflightRequest, { old, wanted, vclusters }: Tiers): Allowed {
  const { tenantId, how, from, to } = request;
  if (inVcluster(to)) return allowedInVcluster(to.tier, wanted.workspace, vclusters);
  const domain = ingressDomainOf(tenantId, wanted);
  // Between namespaces the transfer renames hosts.
  const renamed = how === 'moved' && !inVcluster(from) ? [ingressDomainOf(tenantId, old)] : [];
  return allowedInNamespace(to.tier, wanted.workspace, [domain, ...renamed]);
}

function travelPlan(
  request: PreflightRequest,
  tiers: Tiers,
  objects: readonly KubernetesObject[],
): TransferPlan | undefined {
  if (request.how === 'in-place') return undefined;
  const { tenantId, to } = request;
  const namespace = namespaceName({ tenantId, generation: to.generation });
  return planTransfer(objects, {
    source: sourcePlace(request, tiers),
    target: tenantPlace(tenantId, { ...to, namespace }, { says: tiers.wanted, vclusters: tiers.vclusters }),
  });
}

/** Where the tenant's objects are read. */
export function sourcePlace({ tenantId, from }: PreflightRequest, { old, vclusters }: Tiers): Place {
  return tenantPlace(tenantId, from, { says: old, vclusters });
}
