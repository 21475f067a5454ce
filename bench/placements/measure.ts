import { randomUUID } from 'node:crypto';
import { createPublisher } from '../../events/publisher.ts';
import { tenantCreated } from '../../events/tenant-created.ts';
import { getTenant } from '../../functions/operations/tenant-registry.ts';
import { histories } from '../histories.ts';
import type { Bench } from '../onboarding/installation.ts';
import type { Onboarding } from '../onboarding/onboard.ts';
import { covered, doingOf, lastWait, type Span } from './shares.ts';

/** One onboarding, from the event put to TenantReady received. Milliseconds. */
export interface Measured {
  readonly simulated: number;
  readonly real: number;
  /** Of the simulated time: waiting for AWS and for clusters. The rest passes as in reality, and is the product's own. */
  readonly waited: number;
  /** The product's own share: `steps` in functions, the rest in transitions and in the delivery of events. */
  readonly own: number;
  readonly steps: number;
  /** The last wait for a virtual cluster: at most so long was it ready before the workflow looked. */
  readonly noticed: number;
}

/** Onboards a tenant of the tier, and reads in the histories what was done with the time. */
export async function measure(bench: Bench, onboarding: Onboarding, tenantId: string, tier: string): Promise<Measured> {
  const { installation, cloud } = bench;
  const publisher = createPublisher({
    client: installation.events,
    source: 'saas.bench',
    busName: installation.busName,
  });
  const begun = { real: performance.now(), simulated: cloud.clock.now() };
  await publisher.publish({ type: tenantCreated, data: { tenantId, tier }, metadata: { id: randomUUID() } });
  const received = (await onboarding.received([tenantId])).get(tenantId) ?? Number.NaN;
  const bounds: Span = [begun.simulated, cloud.clock.now()];
  const executionArn = (await getTenant(installation.table, tenantId))?.executionArn ?? '';
  const all = await histories(installation.stepFunctions, executionArn);
  const doings = all.map(doingOf);
  const simulated = bounds[1] - bounds[0];
  const waits = doings.flatMap((each) => each.waits);
  const waited = covered(waits, bounds);
  return {
    simulated,
    real: received - begun.real,
    waited,
    own: simulated - waited,
    steps: covered(
      doings.flatMap((each) => each.steps),
      bounds,
    ),
    noticed: Math.max(...all.map((each) => lastWait(each, 'EnsureVcluster'))),
  };
}
