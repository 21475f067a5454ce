import { compactJson } from './pattern/json-tokens.ts';

/** An event as it stands on a bus. */
export interface BusEvent {
  readonly id: string;
  /** The envelope as JSON text, its detail in the producer's own spelling of numbers. */
  readonly json: string;
  /** The event's own time, milliseconds. */
  readonly time: number;
}

export interface EventMembers {
  readonly id: string;
  readonly detailType: string;
  readonly source: string;
  readonly account: string;
  readonly time: number;
  readonly region: string;
  readonly resources: readonly string[];
  /** JSON text. */
  readonly detail: string;
}

/**
 * The envelope EventBridge puts around an event; its time has whole seconds. Throws `JsonSyntaxError` for a detail that is no JSON.
 * https://docs.aws.amazon.com/eventbridge/latest/ref/overiew-event-structure.html
 */
export function busEvent(members: EventMembers): BusEvent {
  const envelope = JSON.stringify({
    version: '0',
    id: members.id,
    'detail-type': members.detailType,
    source: members.source,
    account: members.account,
    time: `${new Date(members.time).toISOString().slice(0, 19)}Z`,
    region: members.region,
    resources: members.resources,
  });
  return { id: members.id, json: withMember(envelope, 'detail', compactJson(members.detail)), time: members.time };
}

/** The same event under a new id: what a target bus receives. */
export function withNewId(json: string, id: string): BusEvent {
  const event = JSON.parse(json) as { id: string; time: string };
  return {
    id,
    json: json.replace(`"id":${JSON.stringify(event.id)}`, `"id":${JSON.stringify(id)}`),
    time: Date.parse(event.time),
  };
}

/** The same event marked as replayed: consumers and patterns see `replay-name`. */
export function withReplayName(json: string, replayName: string): BusEvent {
  const event = JSON.parse(json) as { id: string; time: string };
  return {
    id: event.id,
    json: withMember(json, 'replay-name', JSON.stringify(replayName)),
    time: Date.parse(event.time),
  };
}

function withMember(object: string, name: string, value: string): string {
  return `${object.slice(0, -1)},${JSON.stringify(name)}:${value}}`;
}
