import type { OperationInput } from '../kernel/service.ts';
import { invalidValue, textList } from './input.ts';
import { type Network, notFound } from './network.ts';
import type { Kind, Kinds, Tag } from './records.ts';

type FilterValue = string | boolean | undefined | readonly string[];

/** What a filter looks at. */
export type Filters<T> = Readonly<Record<string, (record: T) => FilterValue>>;

interface DescribeRules<K extends Kind> {
  readonly kind: K;
  /** The input member with ids. */
  readonly ids: string;
  /** The output member. */
  readonly member: string;
  readonly filters: Filters<Kinds[K]>;
  view(record: Kinds[K]): object;
}

/** How long new resources are not seen by Describe operations, in milliseconds. */
export interface Visibility {
  readonly delay: number;
}

/**
 * A Describe operation: by ids, by filters, in pages. Throws the kind's NotFound error for an id that is not there, or not seen yet.
 * https://docs.aws.amazon.com/ec2/latest/devguide/eventual-consistency.html
 */
export function describe<K extends Kind>(
  network: Network,
  input: OperationInput,
  { delay }: Visibility,
  rules: DescribeRules<K>,
): Record<string, unknown> {
  const seen = network.list(rules.kind).filter(({ createdAt }) => createdAt + delay <= network.clock.now());
  const ids = textList(input, rules.ids);
  for (const id of ids) if (!seen.some((record) => record.id === id)) throw notFound(rules.kind, id);
  const chosen = seen
    .filter(({ id }) => ids.length === 0 || ids.includes(id))
    .filter((record) => matches(record, network.tags(record.id), input, rules.filters));
  return page(
    rules.member,
    chosen.map((record) => ({ ...rules.view(record), Tags: network.tags(record.id) })),
    input,
  );
}

function matches<T>(record: T, tags: readonly Tag[], input: OperationInput, filters: Filters<T>): boolean {
  const asked: OperationInput[] = input.Filters ?? input.Filter ?? [];
  return asked.every(({ Name, Values = [] }) => {
    const found = filterValue(String(Name), record, tags, filters);
    return found.some((value) => (Values as unknown[]).some((pattern) => wildcard(String(pattern)).test(value)));
  });
}

function filterValue<T>(name: string, record: T, tags: readonly Tag[], filters: Filters<T>): string[] {
  if (name === 'tag-key') return tags.map(({ Key }) => Key);
  if (name.startsWith('tag:')) return tags.filter(({ Key }) => Key === name.slice(4)).map(({ Value }) => Value);
  const look = filters[name];
  if (!look) throw invalidValue(`The filter '${name}' is invalid`);
  const value = look(record);
  if (value === undefined) return [];
  return typeof value === 'object' ? [...value] : [String(value)];
}

function wildcard(pattern: string): RegExp {
  const source = pattern
    .replace(/[.+^${}()|[\]\\]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll('?', '.');
  return new RegExp(`^${source}$`, 's');
}

/** A page of MaxResults (5 to 1,000) from the position that NextToken names; everything without it. Throws InvalidParameterValue. */
export function page(member: string, items: readonly unknown[], input: OperationInput): Record<string, unknown> {
  if (input.MaxResults === undefined && input.NextToken === undefined) return { [member]: items };
  const size = Number(input.MaxResults ?? 1_000);
  const start = Number(input.NextToken ?? 0);
  if (!(size >= 5 && size <= 1_000))
    throw invalidValue(`Value ( ${size} ) for parameter maxResults is invalid. Expecting a value of 5 to 1000.`);
  if (!Number.isInteger(start)) throw invalidValue('The token is invalid.');
  const end = start + size;
  return { [member]: items.slice(start, end), ...(end < items.length && { NextToken: String(end) }) };
}
