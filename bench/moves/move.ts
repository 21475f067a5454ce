import { DescribeExecutionCommand, type HistoryEvent } from '@aws-sdk/client-sfn';
import { getTenant } from '../../functions/operations/tenant-registry.ts';
import { currentPlacement, type MadePlacement } from '../../tenancy/tenant.ts';
import type { BusEvent, BusListener } from '../../test/end-to-end/support/bus-listener.ts';
import type { Clients } from '../../test/end-to-end/support/clients.ts';
import { eventually } from '../../test/end-to-end/support/eventually.ts';
import { kubeconfigOf } from '../../test/end-to-end/support/kubeconfig-file.ts';
import { operatorKubeConfig } from '../../test/end-to-end/support/kubernetes.ts';
import { missing, remainders } from '../../test/end-to-end/support/placement-belongings.ts';
import { ask } from '../../test/end-to-end/support/product.ts';
import { lacking } from '../../test/end-to-end/support/travelling-workload.ts';
import { billed } from '../billed.ts';
import { histories } from '../histories.ts';
import type { Bench } from '../onboarding/installation.ts';

/** A tenant on its walk. */
export interface Walker {
  readonly tenantId: string;
  readonly placed: MadePlacement;
  /** The namespace that its workload is in, as the tenant sees it. */
  readonly home: string;
}

/** What a move takes. Milliseconds. */
export interface Moved {
  /** From the event until the cut-over. */
  readonly simulated: number;
  /** From the event until TenantTierChanged was received. */
  readonly real: number;
  /** From the cut-over until the placement that was left is released. */
  readonly released: number;
  /** Billed state transitions of the change with all that it started, and of the release. */
  readonly transitions: { readonly change: number; readonly release: number };
  readonly objects: number;
}

/** What moves happen in. */
export interface Grounds {
  readonly bench: Bench;
  readonly clients: Clients;
  readonly bus: BusListener;
}

/**
 * Moves the tenant into a tier and waits until the placement that it left is released. Throws an Error that lists what is not as it
 * has to be: of the event, of the registry, of what the services have, of the workload.
 */
export async function move(grounds: Grounds, walker: Walker, tier: string): Promise<{ moved: Moved; walker: Walker }> {
  const { bench, clients, bus } = grounds;
  const { tenantId, placed } = walker;
  const begun = { simulated: bench.cloud.clock.now(), real: performance.now() };
  const { id } = await ask(clients, 'TenantTierChangeRequested', { tenantId, tier });
  const event = await outcome(bus, id);
  const real = performance.now() - begun.real;
  const record = await getTenant(bench.installation.table, tenantId);
  const { how, from, to, transferred = 0 } = event.detail.data;
  const arn = record?.executionArn ?? '';
  await finished(clients, arn);
  const change = await histories(clients.stepFunctions, arn);
  const retirement = retirementOf(change[0] ?? []);
  await finished(clients, retirement);
  const release = await histories(clients.stepFunctions, retirement);
  const cutOver = timeOf(change[0] ?? [], 'CutOver');

  const tenant = await getTenant(bench.installation.table, tenantId);
  if (!tenant) throw new Error(`the registry has lost ${tenantId}`);
  const now = currentPlacement(tenant);
  const home = homeAfter(walker, now);
  // Its token is good for a quarter of an hour, and a move may take longer.
  const operator = await operatorKubeConfig(clients);
  const faults = [
    ...expected('how', how, 'moved'),
    ...expected('from.generation', from.generation, placed.generation),
    ...expected('from.tier', from.tier, placed.tier),
    ...expected('to.generation', to.generation, placed.generation + 1),
    ...expected('to.tier', to.tier, tier),
    ...expected('to.roleArn', to.roleArn, now.roleArn),
    ...expected('registered state', tenant.state, 'READY'),
    ...expected('registered generation', now.generation, placed.generation + 1),
    ...expected('registered tier', now.tier, tier),
    ...expected('placement that is kept', tenant.previous?.generation, undefined),
    ...(await remainders(clients, operator, tenantId, { left: placed, now })).map((entry) => `left: ${entry}`),
    ...(await missing(clients, operator, tenantId, now)).map((entry) => `missing: ${entry}`),
    ...(await lacking(await kubeconfigOf(clients.endpoint, tenantId), home)),
  ];
  if (faults.length > 0) throw new Error(faults.join('\n    '));
  return {
    moved: {
      simulated: cutOver - begun.simulated,
      real,
      released: (release[0]?.at(-1)?.timestamp?.getTime() ?? Number.NaN) - cutOver,
      transitions: { change: billed(change), release: billed(release) },
      objects: transferred,
    },
    walker: { tenantId, placed: now, home },
  };
}

/** TenantTierChanged of the request. Throws an Error with what else was answered. */
async function outcome(bus: BusListener, id: string): Promise<BusEvent> {
  const final = ['TenantTierChanged', 'TenantTierChangeFailed', 'TenantEventRejected'];
  const event = await bus.find(`end of ${id}`, ({ 'detail-type': type, detail }) => {
    return final.includes(type) && (detail.data.operationId === id || detail.data.rejected?.id === id);
  });
  if (event['detail-type'] === 'TenantTierChanged') return event;
  const { step, error, message, outcome: how, reasons } = event.detail.data;
  throw new Error(`${event['detail-type']} ${JSON.stringify({ step, error, message, outcome: how, reasons })}`);
}

/**
 * Namespaces are called after the placement, and hold the workload; a virtual cluster has it in a namespace of the name that it
 * came from.
 */
function homeAfter({ home }: Walker, now: MadePlacement): string {
  return now.placement.workspace === 'vcluster' ? home : now.namespace;
}

function retirementOf(change: readonly HistoryEvent[]): string {
  for (const { taskSucceededEventDetails: { resourceType, resource, output } = {} } of change)
    if (resourceType === 'states' && resource === 'startExecution' && output)
      return (JSON.parse(output) as { ExecutionArn: string }).ExecutionArn;
  throw new Error('no release of the placement that was left was started');
}

async function finished({ stepFunctions }: Clients, executionArn: string): Promise<void> {
  const end = await eventually(`the end of ${executionArn}`, async () => {
    const execution = await stepFunctions.send(new DescribeExecutionCommand({ executionArn }));
    return execution.status === 'RUNNING' ? undefined : execution;
  });
  if (end.status !== 'SUCCEEDED') throw new Error(`${executionArn} ${end.status}: ${end.error} ${end.cause}`);
}

function timeOf(history: readonly HistoryEvent[], state: string): number {
  const exited = history.find((event) => event.stateExitedEventDetails?.name === state);
  return exited?.timestamp?.getTime() ?? Number.NaN;
}

function expected(what: string, found: unknown, wanted: unknown): string[] {
  return found === wanted ? [] : [`${what} is ${String(found)}, not ${String(wanted)}`];
}
