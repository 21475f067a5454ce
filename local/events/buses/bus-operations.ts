import { AwsError } from '../../kernel/errors.ts';
import type { OperationInput, RequestContext } from '../../kernel/service.ts';
import { busAddress, busArn } from '../arns.ts';
import { page } from '../paging.ts';
import type { EventsParts, Operations } from '../parts.ts';
import { type BusAddress, type BusRecord, busKey } from '../records.ts';
import { tagsFromList } from '../tags.ts';
import { optionalText, requiredText, resourceNotFound, validationError } from '../validation.ts';
import { busPolicy } from './bus-policy.ts';

const BUS_NAME = { most: 256, pattern: /^[/.\-_A-Za-z0-9]+$/ };
const BUS_NAME_OR_ARN = {
  most: 1600,
  pattern: /^(arn:aws[\w-]*:events:[a-z]+-[a-z]+-[\w-]+:[0-9]{12}:event-bus\/)?[/.\-_A-Za-z0-9]+$/,
};
/** https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-quota.html */
const MOST_BUSES = 100;

/** The bus a name or ARN in the request means, whether it exists or not. Throws `ValidationException`. */
export function requestedBus(member: string, value: unknown, context: RequestContext): BusAddress {
  const bus = busAddress(optionalText(member, value, { least: 1, ...BUS_NAME_OR_ARN }), context);
  if (!bus) throw validationError(`Parameter ${member} is not valid.`);
  return bus;
}

/** The record of a bus; the default bus is made when first needed. Throws `ResourceNotFoundException`. */
export function existingBus(parts: Pick<EventsParts, 'records' | 'cloud'>, bus: BusAddress): BusRecord {
  const record = parts.records.buses.get(busKey(bus));
  if (record) return record;
  if (bus.name !== 'default') throw resourceNotFound(`Event bus ${bus.name} does not exist.`);
  const now = parts.cloud.clock.now();
  return { ...bus, statements: [], tags: {}, createdAt: now, modifiedAt: now };
}

/** CreateEventBus, DescribeEventBus, UpdateEventBus, DeleteEventBus, ListEventBuses. */
export function busOperations(parts: EventsParts): Operations {
  const access = (operation: string, member: string) => (input: OperationInput, context: RequestContext) => {
    const bus = busAddress(typeof input[member] === 'string' ? input[member] : undefined, context);
    return [{ action: `events:${operation}`, resource: bus ? busArn(bus) : '*' }];
  };
  return {
    CreateEventBus: {
      authorize: access('CreateEventBus', 'Name'),
      handle: (input, context) => create(parts, input, context),
    },
    DescribeEventBus: {
      authorize: access('DescribeEventBus', 'Name'),
      handle: (input, context) => described(existingBus(parts, requestedBus('name', input.Name, context))),
    },
    UpdateEventBus: {
      authorize: access('UpdateEventBus', 'Name'),
      handle: (input, context) => update(parts, input, context),
    },
    DeleteEventBus: {
      authorize: access('DeleteEventBus', 'Name'),
      handle: (input, context) => remove(parts, input, context),
    },
    ListEventBuses: { handle: (input, context) => list(parts, input, context) },
  };
}

function create(parts: EventsParts, input: OperationInput, context: RequestContext): unknown {
  const name = requiredText('name', input.Name, BUS_NAME);
  if (name === 'default' || name.includes('/')) {
    throw validationError(`Event bus name ${name} is not valid.`);
  }
  const bus: BusAddress = { accountId: context.accountId, region: context.region, name };
  if (parts.records.buses.get(busKey(bus))) {
    throw new AwsError('ResourceAlreadyExistsException', `Event bus ${name} already exists.`);
  }
  if (parts.records.buses.entries(`${bus.accountId}|${bus.region}|`).length >= MOST_BUSES) {
    throw new AwsError('LimitExceededException', 'The requested resource exceeds the maximum number allowed.');
  }
  const now = parts.cloud.clock.now();
  const record: BusRecord = {
    ...bus,
    ...settings(input),
    statements: [],
    tags: tagsFromList(input.Tags),
    createdAt: now,
    modifiedAt: now,
  };
  parts.records.buses.put(busKey(bus), record);
  return { EventBusArn: busArn(bus), ...shownSettings(record) };
}

function update(parts: EventsParts, input: OperationInput, context: RequestContext): unknown {
  const bus = existingBus(parts, requestedBus('name', input.Name, context));
  const record = { ...bus, ...settings(input), modifiedAt: parts.cloud.clock.now() };
  parts.records.buses.put(busKey(bus), record);
  return { Arn: busArn(bus), Name: bus.name, ...shownSettings(record) };
}

function remove(parts: EventsParts, input: OperationInput, context: RequestContext): unknown {
  const name = requiredText('name', input.Name, BUS_NAME);
  if (name === 'default') throw validationError('Cannot delete event bus default.');
  const bus: BusAddress = { accountId: context.accountId, region: context.region, name };
  if (parts.records.rules.entries(busKey(bus)).length > 0) {
    throw validationError("Event bus can't be deleted since it has rules.");
  }
  parts.records.buses.delete(busKey(bus));
  return {};
}

function list(parts: EventsParts, input: OperationInput, context: RequestContext): unknown {
  const prefix = optionalText('namePrefix', input.NamePrefix, BUS_NAME) ?? '';
  const stored = parts.records.buses.entries(`${context.accountId}|${context.region}|`).map(([, bus]) => bus);
  const implied = stored.some((bus) => bus.name === 'default')
    ? []
    : [existingBus(parts, { ...context, name: 'default' })];
  const buses = [...implied, ...stored].filter((bus) => bus.name.startsWith(prefix));
  const { items, NextToken } = page(buses, input);
  return { EventBuses: items.map(described), NextToken };
}

function settings(input: OperationInput): Partial<BusRecord> {
  const description = optionalText('description', input.Description, { most: 512 });
  const kmsKeyIdentifier = optionalText('kmsKeyIdentifier', input.KmsKeyIdentifier, { most: 2048 });
  return {
    ...(description !== undefined && { description }),
    ...(kmsKeyIdentifier !== undefined && { kmsKeyIdentifier }),
    ...(input.DeadLetterConfig?.Arn && { deadLetterArn: String(input.DeadLetterConfig.Arn) }),
    ...(input.LogConfig && { logConfig: input.LogConfig }),
  };
}

function shownSettings(bus: BusRecord): Record<string, unknown> {
  return {
    Description: bus.description,
    KmsKeyIdentifier: bus.kmsKeyIdentifier,
    DeadLetterConfig: bus.deadLetterArn === undefined ? undefined : { Arn: bus.deadLetterArn },
    LogConfig: bus.logConfig,
  };
}

function described(bus: BusRecord): Record<string, unknown> {
  return {
    Name: bus.name,
    Arn: busArn(bus),
    Policy: busPolicy(bus),
    ...shownSettings(bus),
    CreationTime: new Date(bus.createdAt),
    LastModifiedTime: new Date(bus.modifiedAt),
  };
}
