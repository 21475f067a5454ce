import { randomUUID } from 'node:crypto';
import type { Caller, Cloud, Service } from '../kernel/service.ts';
import { archiveOperations } from './archives/archive-operations.ts';
import { createArchives } from './archives/archives.ts';
import { replayOperations } from './archives/replay-operations.ts';
import { createReplays } from './archives/replays.ts';
import { busAddress } from './arns.ts';
import { withNewId } from './bus-event.ts';
import { busOperations } from './buses/bus-operations.ts';
import { permissionOperations } from './buses/permission-operations.ts';
import { createDeliveries } from './delivery/deliveries.ts';
import type { EventsOptions, EventsParts } from './parts.ts';
import { putEventsAccess, putEventsOperation } from './put-events/put-events.ts';
import { openEventsStore } from './records.ts';
import { createRouter } from './router.ts';
import { ruleOperations } from './rules/rule-operations.ts';
import { createScheduledRules } from './rules/scheduled-rules.ts';
import { targetOperations } from './rules/target-operations.ts';
import { tagOperations } from './tags.ts';
import { testEventPatternOperation } from './test-event-pattern.ts';

/**
 * Amazon EventBridge: event buses, rules, targets, archives and replays. Events go to Step Functions, Lambda, SQS and
 * other buses, at least once.
 * https://docs.aws.amazon.com/eventbridge/latest/APIReference/Welcome.html
 */
export function eventsService(cloud: Cloud, options: EventsOptions = {}): Service {
  const records = openEventsStore(cloud.store);
  const archives = createArchives(cloud, records);
  const deliveries = createDeliveries(cloud, records, forward, options);
  const router = createRouter(cloud, records, deliveries, archives);
  const scheduledRules = createScheduledRules(cloud, records, deliveries);
  const replays = createReplays(cloud, records, router, deliveries);
  const parts: EventsParts = { cloud, records, router, deliveries, scheduledRules, archives };

  /** Puts an event on another bus: same event, new id. */
  function forward(busArn: string, event: string, caller: Caller): void {
    const bus = busAddress(busArn, cloud);
    if (!bus) throw new TypeError(`${busArn} is not the ARN of an event bus`);
    const members = JSON.parse(event) as Record<string, unknown>;
    const access = putEventsAccess(parts, bus, [{ Source: members.source, DetailType: members['detail-type'] }]);
    cloud.identity.authorize(caller, [access], { region: bus.region, service: 'events' });
    deliveries.start(cloud.store.transaction(() => router.route(bus, withNewId(event, randomUUID()))));
  }

  return {
    name: 'events',
    protocol: { kind: 'json', version: '1.1', targetPrefix: 'AWSEvents' },
    operations: {
      ...putEventsOperation(parts),
      ...busOperations(parts),
      ...permissionOperations(parts),
      ...ruleOperations(parts),
      ...targetOperations(parts),
      ...tagOperations(parts),
      ...testEventPatternOperation(),
      ...archiveOperations(parts),
      ...replayOperations(parts, replays),
    },
    start() {
      deliveries.resume();
      scheduledRules.resume();
      replays.resume();
      archives.resume();
    },
    async stop() {
      scheduledRules.stop();
      replays.stop();
      archives.stop();
      await deliveries.stop();
    },
  };
}
