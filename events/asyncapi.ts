import { z } from 'zod';
import { BUS_NAME, catalogue, type EventName, TENANTRY_SOURCE } from './catalogue.ts';
import type { EventType } from './define-event.ts';

type Json = Record<string, unknown>;

/** What a request can be answered with, beside its rejection. One that is not named here is answered with nothing else. */
const ANSWERS: Readonly<Partial<Record<EventName, readonly EventName[]>>> = {
  TenantCreated: ['TenantReady', 'TenantOnboardingFailed'],
  TenantSuspensionRequested: ['TenantSuspended', 'TenantSuspensionFailed'],
  TenantResumptionRequested: ['TenantResumed', 'TenantSuspensionFailed'],
  TenantTierChangeRequested: ['TenantTierChangeProgressed', 'TenantTierChanged', 'TenantTierChangeFailed'],
  TenantTierChangeReversalRequested: ['TenantTierChangeProgressed', 'TenantTierChanged', 'TenantTierChangeFailed'],
  TenantDeletionRequested: ['TenantDeletionScheduled', 'TenantDeprovisioned', 'TenantDeprovisioningFailed'],
  TenantDeletionCancelled: ['TenantResumed'],
};

const REJECTION: EventName = 'TenantEventRejected';
const CHANNEL = 'bus';

/**
 * The contract as an AsyncAPI 3.0 document: one channel (the bus), an operation for each event seen from Tenantry, which
 * receives requests and sends facts, and each event with its schema (draft 7, which AsyncAPI's own is a superset of), an
 * example and its correlation. `version` is that of the contract's package.
 * https://www.asyncapi.com/docs/reference/specification/v3.0.0
 */
export function asyncApiDocument(version: string): Json {
  const types: readonly EventType[] = catalogue;
  const each = <Value>(value: (type: EventType) => Value) =>
    Object.fromEntries(types.map((type) => [type.name, value(type)]));
  return {
    asyncapi: '3.0.0',
    id: 'https://tenantry.dev/events',
    info: {
      title: 'Tenantry events',
      version,
      description:
        'Product backends say what tenants there shall be; Tenantry says what became of it. All events travel on one EventBridge bus, at least once and in any order; the same metadata.id again is the same event.',
      license: { name: 'Apache-2.0', url: 'https://www.apache.org/licenses/LICENSE-2.0' },
    },
    defaultContentType: 'application/json',
    servers: {
      eventbridge: {
        host: 'events.{region}.amazonaws.com',
        protocol: 'https',
        description: 'Amazon EventBridge: PutEvents to send; rules with targets to receive.',
        variables: { region: { default: 'us-east-1', description: 'Where the installation is.' } },
      },
    },
    channels: {
      [CHANNEL]: {
        address: BUS_NAME,
        title: 'The bus',
        description: 'Name of the event bus; a second installation in an account has another one.',
        servers: [{ $ref: '#/servers/eventbridge' }],
        messages: each(({ name }) => ({ $ref: `#/components/messages/${name}` })),
      },
    },
    operations: Object.fromEntries(types.map((type) => [operationId(type), operationOf(type)])),
    components: {
      messages: each(messageOf),
      schemas: each(payloadOf),
      correlationIds: {
        transaction: {
          description:
            'The business transaction. An event without it begins one of its own id; every event that follows carries it.',
          location: '$message.payload#/metadata/correlationId',
        },
      },
    },
  };
}

const operationId = ({ direction, name }: EventType) => `${direction === 'in' ? 'receive' : 'send'}${name}`;

const onTheBus = (name: string) => ({ $ref: `#/channels/${CHANNEL}/messages/${name}` });

function operationOf({ name, direction, description }: EventType): Json {
  return {
    action: direction === 'in' ? 'receive' : 'send',
    channel: { $ref: `#/channels/${CHANNEL}` },
    title: name,
    summary: description,
    messages: [onTheBus(name)],
    ...(direction === 'in' && {
      reply: {
        channel: { $ref: `#/channels/${CHANNEL}` },
        messages: [...(ANSWERS[name as EventName] ?? []), REJECTION].map(onTheBus),
      },
    }),
  };
}

function messageOf({ name, version, direction, description, example }: EventType): Json {
  return {
    name,
    title: `${name} v${version}`,
    summary: description,
    headers: headersOf(name, direction),
    payload: { $ref: `#/components/schemas/${name}` },
    correlationId: { $ref: '#/components/correlationIds/transaction' },
    examples: [
      {
        name: `${name}Example`,
        headers: { 'detail-type': name, source: direction === 'in' ? 'saas.shop' : TENANTRY_SOURCE },
        payload: example,
      },
    ],
  };
}

/** What EventBridge's rules match beside the payload, which is the event's detail. */
function headersOf(name: string, direction: EventType['direction']): Json {
  const source =
    direction === 'in'
      ? { type: 'string', description: 'The product. Begins with one of acceptedSources of the configuration.' }
      : { const: TENANTRY_SOURCE };
  return {
    type: 'object',
    required: ['detail-type', 'source'],
    properties: { 'detail-type': { const: name }, source },
  };
}

function payloadOf(type: EventType): Json {
  const { $schema: _, ...schema } = z.toJSONSchema(type.schema, { io: 'input', target: 'draft-7' });
  return { title: `${type.name} v${type.version}`, ...schema };
}
