import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { createPublisher, type Publisher } from '../../events/publisher.ts';
import type { SbtConfig } from '../../tenancy/interoperability/config.ts';
import type { SbtAnswer } from '../../tenancy/interoperability/sbt-events.ts';
import { config } from '../runtime/config.ts';
import { environment, once } from '../runtime/environment.ts';
import { type Table, table } from '../runtime/table.ts';

/** What the adapter works with: the registry, Tenantry's bus and SBT's. */
export interface SbtAdapter {
  readonly config: SbtConfig;
  readonly table: Table;
  /** Puts events on Tenantry's bus, from the source that owns SBT's tenants. */
  readonly publisher: Publisher;
  /** Puts an answer on SBT's bus. Throws an Error when the bus does not take it. */
  answer(answer: SbtAnswer): Promise<void>;
}

/** The adapter of this installation. Throws an Error when the configuration names no SBT control plane. */
export const sbtAdapter = once((): SbtAdapter => {
  const sbt = config.interoperability?.sbt;
  if (!sbt) throw new Error('The configuration has no "interoperability.sbt".');
  const client = new EventBridgeClient({});
  return {
    config: sbt,
    table: table(),
    publisher: createPublisher({ client, source: sbt.source, busName: environment('BUS_NAME') }),
    answer: (answer) => putAnswer(client, sbt, answer),
  };
});

async function putAnswer(
  client: EventBridgeClient,
  { applicationPlaneSource, detailTypePrefix }: SbtConfig,
  { name, detail }: SbtAnswer,
): Promise<void> {
  const { Entries = [], FailedEntryCount } = await client.send(
    new PutEventsCommand({
      Entries: [
        {
          EventBusName: environment('SBT_BUS_NAME'),
          Source: applicationPlaneSource,
          DetailType: `${detailTypePrefix}${name}`,
          Detail: JSON.stringify(detail),
        },
      ],
    }),
  );
  // PutEvents succeeds even when its entry failed; Lambda invokes the function again.
  if (FailedEntryCount)
    throw new Error(`EventBridge did not accept ${name}: ${Entries[0]?.ErrorCode} ${Entries[0]?.ErrorMessage}`);
}
