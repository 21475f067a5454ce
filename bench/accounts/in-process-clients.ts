import type { Table } from '../../functions/runtime/table.ts';
import type { Random } from '../../functions/testing/random.ts';
import type { Clock } from '../../local/kernel/clock.ts';
import { administrator, type RunningCloud } from '../../local/kernel/cloud.ts';
import { AwsError } from '../../local/kernel/errors.ts';
import { type AttributeValue, fromItem, toItem } from './attribute-values.ts';

/** A command of an SDK client. */
interface Command {
  readonly constructor: { readonly name: string };
  readonly input: object;
}

/** What an SDK client is to the functions. */
export interface SdkClient {
  send(command: never): Promise<never>;
}

export interface SdkSettings {
  accountId: string;
  service: string;
  /** Tries in all, as the SDK counts them; those that follow a throttled one wait as the SDK does. */
  maxAttempts: number;
  random: Random;
  /** Told of every call that fails, with its operation. */
  failed(operation: string, error: AwsError): void;
}

/** The SDK's client of a service, calling it in process: no HTTP, no signature. Errors have the SDK's shape. */
export function sdkClient(cloud: RunningCloud, settings: SdkSettings): SdkClient {
  const { accountId, service, maxAttempts, random, failed } = settings;
  return {
    async send(command: never) {
      for (let attempt = 1; ; attempt++) {
        try {
          return (await call(cloud, service, command, accountId)) as never;
        } catch (error) {
          if (error instanceof AwsError) failed(operationOf(command), error);
          if (attempt >= maxAttempts || !isThrottling(error)) throw sdkError(error);
          await waitAgain(cloud.clock, attempt, random);
        }
      }
    },
  };
}

function call(cloud: RunningCloud, service: string, command: Command, accountId: string): Promise<unknown> {
  return cloud.call(service, operationOf(command), command.input, administrator(accountId));
}

function operationOf(command: Command): string {
  return command.constructor.name.replace(/Command$/, '');
}

function isThrottling(error: unknown): boolean {
  return error instanceof AwsError && ['TooManyRequestsException', 'ThrottlingException'].includes(error.code);
}

/** Half a second, doubled each time, at random. https://docs.aws.amazon.com/sdkref/latest/guide/feature-retry-behavior.html */
function waitAgain(clock: Clock, attempt: number, random: Random): Promise<void> {
  return clock.sleep(Math.min(20_000, random.next() * 500 * 2 ** attempt));
}

function sdkError(error: unknown): unknown {
  if (!(error instanceof AwsError)) return error;
  const { code, message, fault, fields, status } = error;
  return Object.assign(new Error(message), fields, {
    name: code,
    $fault: fault,
    $metadata: { httpStatusCode: status },
  });
}

/** Members of requests and answers of DynamoDB that hold items. */
const ITEMS = ['Item', 'Key', 'Attributes', 'ExpressionAttributeValues', 'ExclusiveStartKey', 'LastEvaluatedKey'];

/** The document client on the local DynamoDB, in process: its engine and its conditions, without HTTP. */
export function inProcessTable(cloud: RunningCloud, accountId: string, name: string): Table {
  const client = {
    async send(command: Command) {
      const operation = operationOf(command).replace(/^(Get|Put|Update|Delete)$/, '$1Item');
      try {
        const input = convert(command.input as Record<string, unknown>, (item) => toItem(item as never));
        const output = await cloud.call('dynamodb', operation, input, administrator(accountId));
        return convert(output, (item) => fromItem(item as Record<string, AttributeValue>));
      } catch (error) {
        throw sdkError(error);
      }
    },
  };
  return { name, client: client as unknown as Table['client'] };
}

function convert(members: Record<string, unknown>, item: (value: unknown) => unknown): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(members).map(([member, value]) => {
      if (ITEMS.includes(member) && value) return [member, item(value)];
      return [member, member === 'Items' && Array.isArray(value) ? value.map(item) : value];
    }),
  );
}
