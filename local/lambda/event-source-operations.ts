import { randomUUID } from 'node:crypto';
import { AwsError } from '../kernel/errors.ts';
import type { Operation, OperationInput, RequestContext } from '../kernel/service.ts';
import type { Collection } from '../kernel/store.ts';
import { functionArn, parseFunctionRef } from './arn.ts';
import { executionRole } from './environment.ts';
import {
  describeMapping,
  type EventSourceMapping,
  invalid,
  mappingSettings,
  TRANSITION_MILLISECONDS,
} from './event-source-store.ts';
import type { FunctionRecord, VersionRecord } from './function-store.ts';
import { page } from './lookup.ts';
import type { LambdaParts } from './parts.ts';
import { startPolling } from './queue-poller.ts';

const MAPPINGS = '/2015-03-31/event-source-mappings';
const MAPPING = `${MAPPINGS}/{UUID}`;

export interface EventSources {
  readonly operations: Record<string, Operation>;
  start(): void;
  stop(): void;
}

/** Event source mappings from SQS queues; other sources are refused. https://docs.aws.amazon.com/lambda/latest/api/API_CreateEventSourceMapping.html */
export function eventSources(parts: LambdaParts): EventSources {
  const { cloud } = parts;
  const mappings: Collection<EventSourceMapping> = cloud.store.collection('lambda.event-sources');
  const polling = new Map<string, () => void>();

  function restart(mapping: EventSourceMapping): void {
    polling.get(mapping.uuid)?.();
    polling.delete(mapping.uuid);
    if (!mapping.enabled) return;
    let cancelled = false;
    let stop = () => {
      cancelled = true;
    };
    polling.set(mapping.uuid, () => stop());
    cloud.clock.at(Math.max(mapping.settledAt, cloud.clock.now()), () => {
      if (cancelled) return;
      stop = startPolling(parts, mapping, (lastResult) => {
        const current = mappings.get(mapping.uuid);
        if (current && current.lastResult !== lastResult) mappings.put(mapping.uuid, { ...current, lastResult });
      });
    });
  }
  const find = (input: OperationInput, context: RequestContext): EventSourceMapping => {
    const mapping = mappings.get(String(input.UUID));
    if (mapping?.accountId === context.accountId && mapping.region === context.region) return mapping;
    throw new AwsError('ResourceNotFoundException', 'The resource you requested does not exist.', {
      status: 404,
      fields: { Type: 'User' },
    });
  };
  const guard = (action: string) => (input: OperationInput, context: RequestContext) => [
    {
      action: `lambda:${action}`,
      resource: input.UUID
        ? `arn:aws:lambda:${context.region}:${context.accountId}:event-source-mapping:${input.UUID}`
        : '*',
    },
  ];

  const operations: Record<string, Operation> = {
    CreateEventSourceMapping: {
      http: { method: 'POST', uri: MAPPINGS, status: 202 },
      authorize: guard('CreateEventSourceMapping'),
      async handle(input, context) {
        const ref = parseFunctionRef(input.FunctionName, undefined, context);
        const record = parts.functions.get(ref);
        const queueArn = String(input.EventSourceArn ?? '');
        await checkQueue(parts, queueArn, record, parts.functions.version(record, ref));
        const twin = mappings
          .entries()
          .find(([, other]) => other.queueArn === queueArn && functionArn(other) === functionArn(ref));
        if (twin) {
          throw new AwsError(
            'ResourceConflictException',
            `An event source mapping with SQS arn (" ${queueArn} ") and function (" ${ref.name} ") already exists. Please update or delete the existing mapping with UUID ${twin[0]}`,
            { status: 409, fields: { Type: 'User' } },
          );
        }
        const now = cloud.clock.now();
        const mapping: EventSourceMapping = {
          ...ref,
          uuid: randomUUID(),
          queueArn,
          ...mappingSettings(input, queueArn.endsWith('.fifo')),
          transition: 'Creating',
          settledAt: now + TRANSITION_MILLISECONDS,
          modifiedAt: now,
          lastResult: 'No records processed',
        };
        mappings.put(mapping.uuid, mapping);
        restart(mapping);
        return describeMapping(cloud, mapping);
      },
    },
    GetEventSourceMapping: {
      http: { method: 'GET', uri: MAPPING },
      authorize: guard('GetEventSourceMapping'),
      handle: (input, context) => describeMapping(cloud, find(input, context)),
    },
    ListEventSourceMappings: {
      http: { method: 'GET', uri: MAPPINGS },
      authorize: guard('ListEventSourceMappings'),
      handle(input, context) {
        const name =
          input.FunctionName === undefined ? undefined : parseFunctionRef(input.FunctionName, undefined, context).name;
        const all = mappings
          .entries()
          .map(([, mapping]) => mapping)
          .filter((mapping) => mapping.accountId === context.accountId && mapping.region === context.region)
          .filter((mapping) => name === undefined || mapping.name === name)
          .filter((mapping) => input.EventSourceArn === undefined || mapping.queueArn === input.EventSourceArn);
        return page(
          all.map((mapping) => describeMapping(cloud, mapping)),
          input,
          'EventSourceMappings',
        );
      },
    },
    UpdateEventSourceMapping: {
      http: { method: 'PUT', uri: MAPPING, status: 202 },
      authorize: guard('UpdateEventSourceMapping'),
      handle(input, context) {
        const before = find(input, context);
        const settings = mappingSettings(input, before.queueArn.endsWith('.fifo'), before);
        const switched = settings.enabled !== before.enabled;
        const now = cloud.clock.now();
        const mapping: EventSourceMapping = {
          ...before,
          ...settings,
          transition: switched ? (settings.enabled ? 'Enabling' : 'Disabling') : 'Updating',
          settledAt: now + TRANSITION_MILLISECONDS,
          modifiedAt: now,
        };
        mappings.put(mapping.uuid, mapping);
        restart(mapping);
        return describeMapping(cloud, mapping);
      },
    },
    DeleteEventSourceMapping: {
      http: { method: 'DELETE', uri: MAPPING, status: 202 },
      authorize: guard('DeleteEventSourceMapping'),
      handle(input, context) {
        const mapping = find(input, context);
        polling.get(mapping.uuid)?.();
        polling.delete(mapping.uuid);
        mappings.delete(mapping.uuid);
        return describeMapping(cloud, mapping, 'Deleting');
      },
    },
  };
  return {
    operations,
    start() {
      for (const [, mapping] of mappings.entries()) restart(mapping);
    },
    stop() {
      for (const end of polling.values()) end();
    },
  };
}

/** The function's role has to be able to use the queue, and the queue to hide messages as long as the function may run. */
async function checkQueue(
  parts: LambdaParts,
  queueArn: string,
  record: FunctionRecord,
  version: VersionRecord,
): Promise<void> {
  const { cloud } = parts;
  const [, , service, region, accountId, name] = queueArn.split(':');
  if (service !== 'sqs' || !name)
    throw invalid(`The local cloud's lambda reads from SQS queues only, not from "${queueArn}".`);
  const role = executionRole(cloud, record, version);
  try {
    const { Attributes } = await cloud.call<{ Attributes: Record<string, string> }>(
      'sqs',
      'GetQueueAttributes',
      { QueueUrl: `${cloud.endpoint}/${accountId}/${name}`, AttributeNames: ['VisibilityTimeout'] },
      role,
      region ? { region } : {},
    );
    const visibility = Number(Attributes['VisibilityTimeout']);
    if (visibility < version.timeout) {
      throw invalid(
        `Queue visibility timeout: ${visibility} seconds is less than Function timeout: ${version.timeout} seconds`,
      );
    }
  } catch (error) {
    if (error instanceof AwsError && error.code.startsWith('AccessDenied')) {
      throw invalid('The function execution role does not have permissions to call ReceiveMessage on SQS');
    }
    if (error instanceof AwsError && error.code === 'QueueDoesNotExist') {
      throw invalid(
        `Error occurred while ReceiveMessage. SQS Error Code: AWS.SimpleQueueService.NonExistentQueue. SQS Error Message: ${error.message}`,
      );
    }
    throw error;
  }
}
