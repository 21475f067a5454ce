import type { Cloud } from '../kernel/service.ts';
import type { Archives } from './archives/archives.ts';
import { ruleArn } from './arns.ts';
import type { BusEvent } from './bus-event.ts';
import type { Deliveries } from './delivery/deliveries.ts';
import { type CompiledPattern, compilePattern } from './pattern/compile.ts';
import { flattenEvent, matchesPattern } from './pattern/match.ts';
import { type BusAddress, busKey, type EventsStore, type RuleRecord } from './records.ts';

/** Finds the rules an event matches and hands it to their targets. */
export interface Router {
  /**
   * Records what is to be delivered; call it inside a store transaction, and `start` what it returns afterwards. An event for a bus
   * that does not exist is dropped, as on AWS. `onlyRules` limits a replay to some rules.
   */
  route(bus: BusAddress, event: BusEvent, onlyRules?: readonly string[]): string[];
  /** To be called whenever rules of the bus changed. */
  rulesChanged(bus: BusAddress): void;
}

interface CompiledRule {
  readonly rule: RuleRecord;
  readonly pattern: CompiledPattern;
}

/** The router over the rules in the store; compiled patterns are kept per bus. */
export function createRouter(cloud: Cloud, records: EventsStore, deliveries: Deliveries, archives: Archives): Router {
  const compiled = new Map<string, CompiledRule[]>();

  function rulesOf(bus: BusAddress): CompiledRule[] {
    const key = busKey(bus);
    const known = compiled.get(key);
    if (known) return known;
    const rules = records.rules.entries(key).flatMap(([, rule]) => {
      if (rule.eventPattern === undefined || rule.state === 'DISABLED') return [];
      return [{ rule, pattern: compilePattern(rule.eventPattern) }];
    });
    compiled.set(key, rules);
    return rules;
  }

  return {
    route(bus, event, onlyRules) {
      if (bus.name !== 'default' && !records.buses.get(busKey(bus))) {
        cloud.log('warn', `events: no event bus ${bus.name}, the event is dropped`, { eventId: event.id });
        return [];
      }
      const fields = flattenEvent(event.json);
      archives.add(bus, event, fields);
      cloud.emit({ type: 'events.put', detail: { bus: bus.name, event: JSON.parse(event.json) } });
      return rulesOf(bus)
        .filter(({ rule }) => !onlyRules || onlyRules.includes(ruleArn(bus, rule.name)))
        .filter(({ pattern }) => matchesPattern(pattern, fields))
        .flatMap(({ rule }) => deliveries.plan(rule, event));
    },
    rulesChanged(bus) {
      compiled.delete(busKey(bus));
    },
  };
}
