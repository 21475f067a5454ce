import type { PutEventsCommand, PutEventsCommandOutput } from '@aws-sdk/client-eventbridge';
import { describe, expect, it } from 'vitest';
import { createPublisher, derivedEventId } from './publisher.ts';
import { tenantCreated } from './tenant-created.ts';

type Answer = (detailTypes: (string | undefined)[]) => (string | undefined)[];

/** A bus that answers each entry with an error code or none, and remembers what it took. */
function fakeBus(answer: Answer) {
  const requests: { ids: string[]; buses: (string | undefined)[] }[] = [];
  const client = {
    async send(command: PutEventsCommand): Promise<PutEventsCommandOutput> {
      const entries = command.input.Entries ?? [];
      requests.push({
        ids: entries.map((entry) => JSON.parse(entry.Detail ?? '{}').metadata.id),
        buses: entries.map((entry) => entry.EventBusName),
      });
      const codes = answer(entries.map((entry) => entry.DetailType));
      return {
        $metadata: {},
        FailedEntryCount: codes.filter(Boolean).length,
        Entries: codes.map((code, index) =>
          code ? { ErrorCode: code, ErrorMessage: 'why' } : { EventId: String(index) },
        ),
      };
    },
  };
  return { client: client as never, requests };
}

const publication = (id: string) => ({ type: tenantCreated, data: tenantCreated.example.data, metadata: { id } });
const ids = (count: number) => Array.from({ length: count }, (_, index) => `event-${String(index).padStart(4, '0')}`);
const options = { source: 'saas.test', pause: async () => undefined };

describe('createPublisher', () => {
  it('sends at most ten entries a request, in order', async () => {
    const bus = fakeBus((entries) => entries.map(() => undefined));
    await createPublisher({ client: bus.client, ...options }).publish(...ids(23).map(publication));
    expect(bus.requests.map((request) => request.ids.length)).toEqual([10, 10, 3]);
    expect(bus.requests.flatMap((request) => request.ids)).toEqual(ids(23));
    expect(new Set(bus.requests.flatMap((request) => request.buses))).toEqual(new Set(['tenantry']));
  });

  it('sends only the failed entries again', async () => {
    let call = 0;
    const bus = fakeBus((entries) =>
      call++ === 0
        ? entries.map((_, index) => (index === 1 ? 'ThrottlingException' : undefined))
        : entries.map(() => undefined),
    );
    await createPublisher({ client: bus.client, ...options }).publish(...ids(3).map(publication));
    expect(bus.requests.map((request) => request.ids)).toEqual([ids(3), [ids(3)[1]]]);
  });

  it('throws PublishFailed with the last answer when the tries are used up', async () => {
    const bus = fakeBus((entries) => entries.map(() => 'InternalFailure'));
    const publishing = createPublisher({ client: bus.client, ...options, attempts: 3 }).publish(
      publication('event-0001'),
    );
    await expect(publishing).rejects.toMatchObject({
      name: 'PublishFailed',
      entries: [{ errorCode: 'InternalFailure' }],
    });
    expect(bus.requests).toHaveLength(3);
  });

  it('sends nothing that breaks the contract', async () => {
    const bus = fakeBus((entries) => entries.map(() => undefined));
    const broken = { ...publication('event-0001'), data: { tenantId: 'NO', tier: 'basic' } as never };
    await expect(createPublisher({ client: bus.client, ...options }).publish(broken)).rejects.toMatchObject({
      name: 'ZodError',
    });
    expect(bus.requests).toHaveLength(0);
  });
});

it('derives the same id from the same cause only', () => {
  expect(derivedEventId('a', 'b')).toBe(derivedEventId('a', 'b'));
  expect(derivedEventId('a', 'b')).not.toBe(derivedEventId('ab'));
  expect(derivedEventId('a')).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-8[0-9a-f]{3}-[0-9a-f]{12}$/);
});
