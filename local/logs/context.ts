import { AwsError } from '../kernel/errors.ts';
import type { AccessRequest, OperationInput, RequestContext } from '../kernel/service.ts';
import type { Collection } from '../kernel/store.ts';
import type { LogGroup, LogStore, LogStream } from './log-store.ts';

/** 400 InvalidParameterException. */
export function invalid(message: string): AwsError {
  return new AwsError('InvalidParameterException', message);
}

/** The name in `logGroupName`, or in `logGroupIdentifier` (name or ARN). Throws InvalidParameterException. */
export function groupName(input: OperationInput): string {
  const given = input.logGroupName ?? input.logGroupIdentifier;
  const name =
    typeof given === 'string' ? given.replace(/^arn:[^:]+:logs:[^:]+:\d+:log-group:/, '').replace(/:\*$/, '') : '';
  if (/^[.\-_/#A-Za-z0-9]{1,512}$/.test(name)) return name;
  throw invalid(
    `1 validation error detected: Value '${String(given)}' at 'logGroupName' failed to satisfy constraint: Member must satisfy regular expression pattern: [\\.\\-_/#A-Za-z0-9]+`,
  );
}

/** Throws ResourceNotFoundException. */
export function findGroup(
  store: LogStore,
  input: OperationInput,
  context: RequestContext,
): { key: string; group: LogGroup } {
  const key = store.key(context.accountId, context.region, groupName(input));
  const group = store.groups.get(key);
  if (!group) throw new AwsError('ResourceNotFoundException', 'The specified log group does not exist.');
  return { key, group };
}

/** Throws ResourceNotFoundException. */
export function findStream(store: LogStore, groupKey: string, name: unknown): LogStream {
  const stream = typeof name === 'string' ? store.stream(groupKey, name) : undefined;
  if (!stream) throw new AwsError('ResourceNotFoundException', 'The specified log stream does not exist.');
  return stream;
}

/** `arn:aws:logs:REGION:ACCOUNT:log-group:NAME` */
export function groupArn(group: { accountId: string; region: string; name: string }): string {
  return `arn:aws:logs:${group.region}:${group.accountId}:log-group:${group.name}`;
}

/** A page of a list; the token is the position. */
export function page<T>(
  all: readonly T[],
  input: OperationInput,
  standard: number,
  largest: number,
): { items: T[]; nextToken?: string } {
  const limit = Number(input.limit ?? standard);
  if (!(limit >= 1 && limit <= largest)) throw invalid(`Limit must be between 1 and ${largest}`);
  const start = input.nextToken === undefined ? 0 : Number(input.nextToken);
  if (!Number.isInteger(start)) throw invalid('The specified nextToken is invalid.');
  const end = start + limit;
  return { items: all.slice(start, end), ...(end < all.length && { nextToken: String(end) }) };
}

/** Policies by which other services may write (account-wide), by account, region and name. */
export type ResourcePolicies = Collection<{ name: string; document: string; updatedAt: number }>;

/**
 * The IAM check of an operation on a log group or one of its streams, with the account's resource policies.
 * Group-level operations are checked on `…:log-group:NAME:log-stream:`, as AWS's refusals show.
 */
export function onGroup(action: string, policies: ResourcePolicies, withStream = false) {
  return (input: OperationInput, context: RequestContext): AccessRequest[] => {
    const name = input.logGroupName ?? input.logGroupIdentifier ?? input.logGroupNamePrefix ?? '';
    const plain = String(name)
      .replace(/^arn:[^:]+:logs:[^:]+:\d+:log-group:/, '')
      .replace(/:\*$/, '');
    const statements = policies
      .entries(`${context.accountId}/${context.region}/`)
      .flatMap(([, { document }]) => [JSON.parse(document).Statement ?? []].flat());
    return [
      {
        action: `logs:${action}`,
        resource: `${groupArn({ ...context, name: plain })}:log-stream:${withStream ? String(input.logStreamName ?? '') : ''}`,
        resourceAccountId: context.accountId,
        ...(statements.length > 0 && {
          resourcePolicy: JSON.stringify({ Version: '2012-10-17', Statement: statements }),
        }),
      },
    ];
  };
}
