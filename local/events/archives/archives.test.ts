import { afterEach, beforeEach, expect, it } from 'vitest';
import { eventsService } from '../service.ts';
import { FUNCTION, type Harness, startHarness } from '../testing/harness.ts';

const BUS = 'arn:aws:events:us-east-1:111111111111:event-bus/default';
const ARCHIVE = 'arn:aws:events:us-east-1:111111111111:archive/kept';
const HOUR = 3_600_000;

let harness: Harness;

beforeEach(async () => {
  harness = await startHarness((cloud) => eventsService(cloud));
  await harness.call('CreateArchive', {
    ArchiveName: 'kept',
    EventSourceArn: BUS,
    EventPattern: '{"source":["shop"]}',
    RetentionDays: 7,
  });
});

afterEach(() => harness.cloud.stop());

async function put(...sources: string[]): Promise<string[]> {
  const Entries = sources.map((Source) => ({ Source, DetailType: 'Order', Detail: '{"n":1}' }));
  const answer = await harness.call('PutEvents', { Entries });
  return answer.Entries.map(({ EventId }: { EventId: string }) => EventId);
}

function replay(settings: object = {}) {
  const now = harness.cloud.clock.now();
  return harness.call('StartReplay', {
    ReplayName: 'again',
    EventSourceArn: ARCHIVE,
    EventStartTime: (now - HOUR) / 1000,
    EventEndTime: (now + HOUR) / 1000,
    Destination: { Arn: BUS },
    ...settings,
  });
}

const state = async () => (await harness.call('DescribeReplay', { ReplayName: 'again' })).State;

async function rule(Name: string): Promise<string> {
  const { RuleArn } = await harness.call('PutRule', { Name, EventPattern: '{"source":["shop"]}' });
  await harness.call('PutTargets', { Rule: Name, Targets: [{ Id: 't', Arn: FUNCTION }] });
  return RuleArn;
}

it('keeps the events its pattern matches, until their retention ends', async () => {
  await put('shop', 'crm', 'shop');
  expect(await harness.call('DescribeArchive', { ArchiveName: 'kept' })).toMatchObject({
    EventCount: 2,
    RetentionDays: 7,
    State: 'ENABLED',
    EventSourceArn: BUS,
  });
  await harness.cloud.clock.sleep(9 * 24 * HOUR);
  expect(await harness.call('DescribeArchive', { ArchiveName: 'kept' })).toMatchObject({ EventCount: 0, SizeBytes: 0 });
});

it('replays each event once, marked, and does not archive it again', async () => {
  const ids = await put('shop', 'shop');
  await rule('orders');
  expect(await replay()).toMatchObject({ State: 'STARTING' });
  await harness.until(() => harness.calls.length === 2);
  const events = harness.calls.map(({ input }) => JSON.parse(input.Payload));
  expect(events.map(({ id }) => id).sort()).toEqual(ids.sort());
  expect(events.map((event) => event['replay-name'])).toEqual(['again', 'again']);
  await harness.cloud.clock.sleep(HOUR);
  expect(await state()).toBe('COMPLETED');
  expect(harness.calls).toHaveLength(2);
  expect(await harness.call('DescribeArchive', { ArchiveName: 'kept' })).toMatchObject({ EventCount: 2 });
});

it('replays for chosen rules, in a chosen window', async () => {
  await put('shop');
  await harness.cloud.clock.sleep(3 * HOUR);
  const [recent] = await put('shop');
  const chosen = await rule('chosen');
  await rule('other');
  await replay({ Destination: { Arn: BUS, FilterArns: [chosen] } });
  await harness.cloud.clock.sleep(HOUR);
  expect(harness.calls.map(({ input }) => JSON.parse(input.Payload).id)).toEqual([recent]);
});

it('can be cancelled before it ends', async () => {
  await put('shop');
  await rule('orders');
  await replay();
  await harness.call('CancelReplay', { ReplayName: 'again' });
  await harness.cloud.clock.sleep(HOUR);
  expect(await state()).toBe('CANCELLED');
  expect(harness.calls).toHaveLength(0);
  await expect(harness.call('CancelReplay', { ReplayName: 'again' })).rejects.toMatchObject({
    code: 'IllegalStatusException',
  });
});

it('refuses another bus, an unknown archive and a window that ends before it begins', async () => {
  await harness.call('CreateEventBus', { Name: 'other' });
  await expect(replay({ Destination: { Arn: BUS.replace('default', 'other') } })).rejects.toThrow(
    'Cross event bus replay is not permitted.',
  );
  await expect(replay({ EventSourceArn: `${ARCHIVE}2` })).rejects.toThrow('Archive kept2 does not exist.');
  await expect(replay({ EventEndTime: 1 })).rejects.toThrow('EventStartTime must be before EventEndTime.');
});

it('is deleted with its events', async () => {
  await put('shop');
  await harness.call('DeleteArchive', { ArchiveName: 'kept' });
  await put('shop');
  await expect(harness.call('DescribeArchive', { ArchiveName: 'kept' })).rejects.toThrow(
    'Archive kept does not exist.',
  );
  expect(await harness.call('ListArchives', {})).toEqual({ Archives: [], NextToken: undefined });
});
