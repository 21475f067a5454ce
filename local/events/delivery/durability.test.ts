import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { realClock } from '../../kernel/clocks.ts';
import { AwsError } from '../../kernel/errors.ts';
import { openStore } from '../../kernel/sqlite-store.ts';
import { eventsService } from '../service.ts';
import { FUNCTION, type Harness, MACHINE, ROLE, startHarness } from '../testing/harness.ts';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'events-'));
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

async function withRule(harness: Harness): Promise<void> {
  await harness.call('PutRule', { Name: 'all', EventPattern: '{"source":["shop"]}' });
  const Targets = [
    { Id: 'machine', Arn: MACHINE, RoleArn: ROLE },
    { Id: 'function', Arn: FUNCTION },
  ];
  await harness.call('PutTargets', { Rule: 'all', Targets });
}

function put(harness: Harness, count: number) {
  const Entries = Array.from({ length: count }, (_, n) => ({
    Source: 'shop',
    DetailType: 'Order',
    Detail: `{"n":${n}}`,
  }));
  return harness.call('PutEvents', { Entries });
}

it('delivers after a crash what was accepted before it, executions under the same name', async () => {
  const before = await startHarness((cloud) => eventsService(cloud), { store: openStore(folder) });
  await withRule(before);
  before.hanging.add('StartExecution');
  await put(before, 3);
  await before.until(() => before.calls.length === 6);
  // No stop: what the process held in memory is gone. Its store stays open, as after kill -9 until the system notices.
  before.cloud.clock.close();

  const after = await startHarness((cloud) => eventsService(cloud), { store: openStore(folder) });
  await after.until(() => after.calls.length === 3);
  const names = (harness: Harness) =>
    harness.calls
      .filter(({ operation }) => operation === 'StartExecution')
      .map(({ input }) => input.name)
      .sort();
  expect(names(after)).toEqual(names(before));
  await after.cloud.stop();

  const third = await startHarness((cloud) => eventsService(cloud), { store: openStore(folder) });
  await third.cloud.clock.sleep(86_400_000);
  expect(third.calls).toHaveLength(0);
  await third.cloud.stop();
});

it('keeps counting attempts across a restart', async () => {
  const failing = () => Array.from({ length: 5 }, () => new AwsError('ServiceException', 'down', { fault: 'server' }));
  const before = await startHarness((cloud) => eventsService(cloud), { store: openStore(folder), clock: realClock() });
  await before.call('PutRule', { Name: 'all', EventPattern: '{"source":["shop"]}' });
  const target = { Id: 'machine', Arn: MACHINE, RoleArn: ROLE, RetryPolicy: { MaximumRetryAttempts: 2 } };
  await before.call('PutTargets', { Rule: 'all', Targets: [target] });
  before.failures.set('StartExecution', failing());
  await put(before, 1);
  await before.until(() => before.calls.length === 1);
  await before.cloud.stop();

  const after = await startHarness((cloud) => eventsService(cloud), { store: openStore(folder) });
  after.failures.set('StartExecution', failing());
  await after.cloud.clock.sleep(3_600_000);
  expect(after.calls).toHaveLength(2);
  await after.cloud.stop();
});

it('can deliver more than once, as EventBridge may', async () => {
  const harness = await startHarness((cloud) => eventsService(cloud, { extraDeliveries: () => 1 }));
  await withRule(harness);
  await put(harness, 1);
  await harness.until(() => harness.calls.length === 4);
  const names = harness.calls.flatMap(({ operation, input }) => (operation === 'StartExecution' ? [input.name] : []));
  expect(new Set(names).size).toBe(1);
  expect(names).toHaveLength(2);
  await harness.cloud.stop();
});
