import { JsonSyntaxError, jsonTokens } from '../pattern/json-tokens.ts';
import { instant } from '../validation.ts';

/** A checked entry of PutEvents. */
export interface PutEventsEntry {
  readonly source: string;
  readonly detailType: string;
  /** JSON text of an object. */
  readonly detail: string;
  readonly resources: readonly string[];
  readonly time?: number;
  readonly eventBusName?: string;
  readonly traceHeader?: string;
}

export interface EntryError {
  readonly ErrorCode: string;
  readonly ErrorMessage: string;
}

/**
 * Bytes of an entry as EventBridge counts them.
 * https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-putevents.html#eb-putevent-size
 */
export function entrySize(entry: unknown): number {
  const { Source, DetailType, Detail, Resources, Time } = (entry ?? {}) as Record<string, unknown>;
  const resources = Array.isArray(Resources) ? Resources : [];
  const texts = [Source, DetailType, Detail, ...resources].filter((text) => typeof text === 'string');
  return texts.reduce((size, text) => size + Buffer.byteLength(text), Time === undefined || Time === null ? 0 : 14);
}

/**
 * The entry, or the error EventBridge reports for it alone. `fromService`: AWS services may use `aws.` sources.
 * https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutEventsResultEntry.html
 */
export function parseEntry(input: unknown, fromService: boolean): PutEventsEntry | EntryError {
  const entry = (input ?? {}) as Record<string, unknown>;
  for (const name of ['Source', 'DetailType', 'Detail'] as const) {
    if (typeof entry[name] !== 'string' || entry[name] === '') return missing(name);
  }
  const [source, detailType, detail] = [String(entry.Source), String(entry.DetailType), String(entry.Detail)];
  if (!isJsonObject(detail)) return { ErrorCode: 'MalformedDetail', ErrorMessage: 'Detail is malformed.' };
  if (source.startsWith('aws.') && !fromService) {
    return { ErrorCode: 'NotAuthorizedForSourceException', ErrorMessage: 'Not authorized for the source.' };
  }
  const time = entry.Time === undefined || entry.Time === null ? undefined : instant(entry.Time);
  if (time === undefined && entry.Time !== undefined && entry.Time !== null) {
    return { ErrorCode: 'InvalidArgument', ErrorMessage: 'Parameter Time is not valid.' };
  }
  return {
    source,
    detailType,
    detail,
    resources: Array.isArray(entry.Resources) ? entry.Resources.map(String) : [],
    ...(time !== undefined && { time }),
    ...(typeof entry.EventBusName === 'string' && { eventBusName: entry.EventBusName }),
    ...(typeof entry.TraceHeader === 'string' && { traceHeader: entry.TraceHeader }),
  };
}

function missing(name: string): EntryError {
  return {
    ErrorCode: 'InvalidArgument',
    ErrorMessage: `Parameter ${name} is not valid. Reason: ${name} is a required argument.`,
  };
}

function isJsonObject(text: string): boolean {
  try {
    const tokens = jsonTokens(text);
    if (tokens.next().kind !== '{') return false;
    let last = tokens.next();
    while (last.kind !== 'end') last = tokens.next();
    return text.slice(last.start).trim() === '';
  } catch (error) {
    if (error instanceof JsonSyntaxError) return false;
    throw error;
  }
}
