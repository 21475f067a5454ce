import type { Placement } from '../../events/placement.ts';
import type { FigureName, Figures } from './figures.ts';
import { type Fleet, fleetOf } from './fleet.ts';
import type { Requirements } from './requirements.ts';

/** A part of a tenant's monthly price. */
export interface PriceComponent {
  readonly name: string;
  /** US dollars per tenant and month. */
  readonly usd: number;
  /** How it came about, for people. */
  readonly how: string;
}

/** What one tenant costs a month; `usd` is the sum of the components. */
export interface MonthlyPrice {
  readonly usd: number;
  readonly components: readonly PriceComponent[];
}

/**
 * The price of one tenant a month when `tenants` of them live in that placement: what is theirs alone, and their part of
 * what they share. An estimate from list prices, without discounts, traffic between zones and support.
 */
export function monthlyPrice(
  placement: Placement,
  requirements: Requirements,
  { prices }: Figures,
  tenants = requirements.tenantsInAYear,
): MonthlyPrice {
  const fleet = fleetOf(placement, requirements, tenants);
  const at = (name: FigureName) => prices.figures[name].value;
  const month = (name: FigureName) => at(name) * prices.hoursPerMonth;
  const components = [
    ...compute(placement, requirements, fleet, at, prices.hoursPerMonth),
    controlPlane(fleet, month('eksClusterHour')),
    loadBalancers(fleet, month('loadBalancerHour')),
    nat(placement, requirements, fleet, at, month),
    endpoints(requirements, fleet, at('endpointZones') * month('interfaceEndpointHour')),
    logs(requirements, fleet, at),
    volumes(placement, requirements, at),
    account(placement, fleet, at('accountConfigItems') * at('configItem') + at('accountKeys') * at('kmsKeyMonth')),
  ];
  return { usd: components.reduce((sum, { usd }) => sum + usd, 0), components };
}

type At = (name: FigureName) => number;

function compute({ workspace }: Placement, { workload }: Requirements, fleet: Fleet, at: At, hours: number) {
  const share = (cpuCores: number, memoryGiB: number) =>
    Math.max(cpuCores / at('nodeCpuCores'), memoryGiB / at('nodeMemoryGiB')) / at('nodeUsableShare');
  const own = share(workload.cpuCores, workload.memoryGiB);
  const virtual = workspace === 'vcluster' ? share(at('vclusterCpuCores'), at('vclusterMemoryGiB')) : 0;
  const used = fleet.tenantsPerCluster * (own + virtual) + share(at('clusterSystemCpuCores'), 0);
  // A shared cluster has so many nodes that a fraction says enough; an own one pays for whole nodes.
  const nodes =
    workspace === 'cluster'
      ? Math.max(at('ownClusterNodes'), Math.ceil(used))
      : Math.max(at('sharedClusterNodes'), used);
  const perTenant = nodes / fleet.tenantsPerCluster;
  const nodeMonth = at('nodeHour') * hours + at('nodeVolumeGiB') * at('volumeGiBMonth');
  return [
    { name: 'Workload', usd: own * nodeMonth, how: `${round(own)} of a node for its pods` },
    { name: 'Virtual control plane', usd: virtual * nodeMonth, how: `${round(virtual)} of a node` },
    {
      name: 'Node overhead',
      usd: (perTenant - own - virtual) * nodeMonth,
      how: `system pods and idle rest of ${round(nodes)} nodes, shared by ${round(fleet.tenantsPerCluster)}`,
    },
    {
      name: 'EKS Auto Mode',
      usd: perTenant * at('nodeHour') * hours * at('autoModeShare'),
      how: `${at('autoModeShare') * 100} % of the nodes' price`,
    },
  ];
}

function controlPlane(fleet: Fleet, clusterMonth: number): PriceComponent {
  const usd = clusterMonth / fleet.tenantsPerCluster;
  return { name: 'EKS control plane', usd, how: `1/${round(fleet.tenantsPerCluster)} of a cluster` };
}

function loadBalancers(fleet: Fleet, each: number): PriceComponent {
  const count = fleet.loadBalancersPerTenant;
  return { name: 'Load balancers', usd: count * each, how: `${round(count)} (idle; traffic comes on top)` };
}

function nat(placement: Placement, { workload }: Requirements, fleet: Fleet, at: At, month: At): PriceComponent {
  const gateways =
    at(placement.workspace === 'cluster' ? 'ownNatGateways' : 'sharedNatGateways') * fleet.networksPerTenant;
  const usd = gateways * month('natGatewayHour') + workload.internetGB * at('natGatewayGB');
  return { name: 'NAT gateway', usd, how: `${round(gateways)} gateways and ${workload.internetGB} GB` };
}

function endpoints({ interfaceEndpoints }: Requirements, fleet: Fleet, each: number): PriceComponent {
  const count = interfaceEndpoints * fleet.networksPerTenant;
  return { name: 'VPC endpoints', usd: count * each, how: `${round(count)} interface endpoints` };
}

function logs({ workload }: Requirements, fleet: Fleet, at: At): PriceComponent {
  const gigabytes = workload.logsGB + at('clusterLogsGB') / fleet.tenantsPerCluster;
  return {
    name: 'CloudWatch Logs',
    usd: gigabytes * at('logsGB'),
    how: `${round(gigabytes)} GB, control plane included`,
  };
}

function volumes({ workspace }: Placement, { workload }: Requirements, at: At): PriceComponent {
  const gibibytes = workload.storageGiB + (workspace === 'vcluster' ? at('vclusterVolumeGiB') : 0);
  return { name: 'Volumes', usd: gibibytes * at('volumeGiBMonth'), how: `${round(gibibytes)} GiB` };
}

function account({ account }: Placement, fleet: Fleet, each: number): PriceComponent {
  const share = account === 'dedicated' ? 1 : 1 / fleet.tenants;
  return { name: 'Account baseline', usd: share * each, how: 'AWS Config and a KMS key' };
}

const round = (value: number) => Number(value.toPrecision(3));
