import { PutCommand, ScanCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeEach } from 'vitest';
import type { DataOf, EventType } from '../../../events/define-event.ts';
import type { Publisher } from '../../../events/publisher.ts';
import { sbtConfig } from '../../../tenancy/interoperability/config.ts';
import type { SbtAnswer } from '../../../tenancy/interoperability/sbt-events.ts';
import type { TenantState } from '../../../tenancy/tenant.ts';
import type { IncomingEvent } from '../../intake/check-event.ts';
import { emptyTable, localTable } from '../../testing/local-table.ts';
import { answerSbt } from '../answer-sbt.ts';
import { receiveSbtEvent } from '../receive-sbt-event.ts';
import type { SbtAdapter } from '../sbt-adapter.ts';

export const UUID = 'f2f1c0de-7a44-4c3b-9a3e-1d2c3b4a5f60';
export const REGISTRATION = '0b9c8d7e-1111-4222-8333-444455556666';

interface Forwarded {
  type: string;
  data: Record<string, unknown> & { tenantId: string };
  metadata: { id: string; occurredAt?: string; correlationId?: string };
}

/** The adapter on a table of its own, between two buses that remember what was put on them. */
export interface SbtBench {
  readonly adapter: SbtAdapter;
  /** What went to Tenantry, checked against its contract. */
  readonly forwarded: Forwarded[];
  /** What went to SBT. */
  readonly answers: SbtAnswer[];
  /** What SBT says when a tenant is registered, and when its registration is deleted. */
  onboarding(changes?: object, eventBridgeId?: string): IncomingEvent;
  offboarding(eventBridgeId?: string): IncomingEvent;
  /** What became of an event of SBT. */
  receive(event: IncomingEvent): ReturnType<typeof receiveSbtEvent>;
  /** Onboards; the operation's id. */
  onboarded(changes?: object): Promise<string>;
  /** What became of an event of Tenantry: the type's example with other data, so many seconds after nine. */
  answered<Type extends EventType>(
    type: Type,
    data: Partial<DataOf<Type>>,
    id?: string,
    second?: number,
  ): ReturnType<typeof answerSbt>;
  /** Puts a tenant into the registry. */
  registered(tenantId: string, owner: string, state: TenantState): Promise<void>;
  /** How many items the table has. */
  items(): Promise<number>;
  failNextAnswer(): void;
}

/** A bench for the tests of one file, which each of them finds empty. */
export async function sbtBench(): Promise<SbtBench> {
  const { table, close } = await localTable();
  const forwarded: Forwarded[] = [];
  const answers: SbtAnswer[] = [];
  let failing = false;
  beforeEach(async () => {
    await emptyTable(table);
    forwarded.length = 0;
    answers.length = 0;
    failing = false;
  });
  afterAll(() => close());
  const publisher: Publisher = {
    async publish(...events) {
      for (const { type, data, metadata } of events) {
        const filled = {
          occurredAt: new Date().toISOString(),
          ...metadata,
          id: metadata?.id ?? '',
          version: type.version,
        };
        type.schema.parse({ metadata: filled, data });
        forwarded.push({ type: type.name, data: data as Forwarded['data'], metadata: filled as Forwarded['metadata'] });
      }
    },
  };
  const adapter: SbtAdapter = {
    config: sbtConfig.parse({ tiers: { PLATINUM: 'premium' } }),
    table,
    publisher,
    async answer(answer) {
      if (failing) {
        failing = false;
        throw new Error('the bus does not answer');
      }
      answers.push(answer);
    },
  };
  const receive = (event: IncomingEvent) => receiveSbtEvent(adapter, event);
  const onboarding = (changes: object = {}, id?: string) =>
    sbtEvent('onboardingRequest', { ...registration, email: 'cloud@acme.example', ...changes }, id);
  return {
    adapter,
    forwarded,
    answers,
    onboarding,
    offboarding: (id) => sbtEvent('offboardingRequest', { ...registration, sbtaws_active: true }, id),
    receive,
    async onboarded(changes) {
      await receive(onboarding(changes));
      return forwarded.at(-1)?.metadata.id ?? '';
    },
    answered: (type, data, id, second) => answerSbt(adapter, tenantryEvent(type, data, id, second)),
    async registered(tenantId, owner, state) {
      const Item = { pk: `TENANT#${tenantId}`, sk: 'TENANT', entity: 'TENANT', tenantId, owner, state };
      await table.client.send(new PutCommand({ TableName: table.name, Item }));
    },
    async items() {
      return (await table.client.send(new ScanCommand({ TableName: table.name, ConsistentRead: true }))).Count ?? 0;
    },
    failNextAnswer() {
      failing = true;
    },
  };
}

const registration = { tenantId: UUID, tenantRegistrationId: REGISTRATION, tenantName: 'Acme', tier: 'basic' };

function sbtEvent(name: string, detail: object, id = 'event-of-sbt'): IncomingEvent {
  return {
    id,
    source: 'sbt.control.plane',
    'detail-type': `sbt_aws_${name}`,
    time: '2026-11-22T09:30:00Z',
    detail: JSON.parse(JSON.stringify(detail)),
  };
}

function tenantryEvent(type: EventType, data: object, id = 'an-event-of-tenantry', second = 0): IncomingEvent {
  const occurredAt = new Date(Date.UTC(2026, 10, 22, 9, 0, second)).toISOString();
  return {
    id: `eventbridge-${id}`,
    source: 'tenantry',
    'detail-type': type.name,
    time: '2026-11-22T09:30:00Z',
    detail: {
      metadata: { ...type.example.metadata, id: `event-${id}`, occurredAt },
      data: { ...(type.example.data as object), ...data },
    },
  };
}
