import type { HistoryEvent, JsonValue } from './engine/contract.ts';
import { isObject } from './engine/payload.ts';

/** Texts that stand for something that differs from run to run. */
const PLACEHOLDER =
  /<[^<>]*(?:<[^<>]*>)?[^<>]*>|^(?:timestamp|date|start-time|start-date|stop-date|entered-time|snf_role_arn|[\w-]*[_-]?arn|sqs_queue_url|bucket-name|table-name|file-key|topic-arn|detail-type|lambda_function_name|function_name\w*|[\w-]*event_?details\.[\w.]+|RandomNumberGenerated|RequestId|x-amzn?-[\w-]+|X-Amzn-Trace-Id)$/i;

/**
 * Where `actual` differs from `expected`, or undefined. A placeholder equals any scalar (also as a part of a text); a text that is JSON
 * equals the value it holds; lists of ids (order unknown) are not compared.
 */
export function difference(expected: unknown, actual: unknown, at = ''): string | undefined {
  if (typeof expected === 'string') return differentText(expected, actual, at);
  const value = typeof actual === 'string' && typeof expected === 'object' ? parsed(actual) : actual;
  if (Array.isArray(expected)) return differentArray(expected, value, at);
  if (isObject(expected as JsonValue)) return differentObject(expected as object, value, at);
  if (expected === value || (expected === null && value === undefined)) return undefined;
  if (typeof value === 'string' && parsed(value) === expected) return undefined;
  return `${at}: expected ${JSON.stringify(expected)} but was ${shorten(value)}`;
}

function differentText(expected: string, actual: unknown, at: string): string | undefined {
  if (expected === actual) return undefined;
  if (isPlaceholder(expected) && (typeof actual !== 'object' || expected.includes('EventDetails.'))) return undefined;
  // Names made unique for a recording end in a number that some recordings leave out.
  if (typeof actual === 'string' && actual.replace(/0{4,}[0-9a-f]{1,4}$/, '') === expected) return undefined;
  const inside = parsed(expected);
  if (typeof inside === 'object' && inside !== null) return difference(inside, actual, at);
  const plain = typeof inside === 'string' && typeof actual === 'string' ? parsed(actual) : actual;
  if (inside !== undefined && inside === plain) return undefined;
  if (typeof actual === 'string' && likeTemplate(expected, actual)) return undefined;
  return `${at}: expected ${shorten(expected)} but was ${shorten(actual)}`;
}

function isPlaceholder(text: string): boolean {
  PLACEHOLDER.lastIndex = 0;
  const match = PLACEHOLDER.exec(text);
  return match !== null && match[0] === text;
}

/** Whether `actual` is `expected` with something in place of each `<…>`. */
function likeTemplate(expected: string, actual: string): boolean {
  const parts = expected.split(/<<?[^<>]*>?[^<>]*>|(?<=:function:)lambda_function_name$/);
  if (parts.length === 1) return false;
  let at = 0;
  for (const [i, part] of parts.entries()) {
    const found = i === parts.length - 1 ? actual.lastIndexOf(part) : actual.indexOf(part, at);
    if (found < at || (i === 0 && found > 0)) return false;
    at = found + part.length;
  }
  return at === actual.length || parts.at(-1) === '';
}

function differentArray(expected: unknown[], actual: unknown, at: string): string | undefined {
  if (!Array.isArray(actual)) return `${at}: expected a list but was ${shorten(actual)}`;
  if (expected.length !== actual.length)
    return `${at}: expected ${expected.length} members but there are ${actual.length}`;
  for (const [i, member] of expected.entries()) {
    const found = difference(member, actual[i], `${at}[${i}]`);
    if (found) return found;
  }
  return undefined;
}

function differentObject(expected: object, actual: unknown, at: string): string | undefined {
  if (typeof actual !== 'object' || actual === null) return `${at}: expected an object but was ${shorten(actual)}`;
  const members = actual as Record<string, unknown>;
  for (const [key, member] of Object.entries(expected)) {
    if (isPlaceholder(key)) continue;
    const found = difference(member, members[key], `${at}.${key}`);
    if (found) return found;
  }
  const extra = Object.keys(members).find((key) => !Object.hasOwn(expected, key));
  if (extra !== undefined && !Object.keys(expected).some(isPlaceholder)) return `${at}.${extra}: not expected`;
  return undefined;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

function shorten(value: unknown): string {
  const text = JSON.stringify(value) ?? 'nothing';
  return text.length > 300 ? `${text.slice(0, 300)}…` : text;
}

/**
 * Where the history differs from the recorded one. In recordings the events inside a Parallel may stand sorted and without
 * ids, and without ParallelStateSucceeded or …Failed: then only which events there are is compared.
 */
export function historyDifference(
  expected: readonly HistoryEvent[],
  actual: readonly HistoryEvent[],
): string | undefined {
  const sorted = expected.some((event) => Array.isArray(event.id));
  const [wanted, found] = sorted ? [withoutIds(expected), unsorted(expected, actual)] : [expected, actual];
  for (const [i, event] of wanted.entries()) {
    const other = found[i];
    if (!other) return `event ${i + 1}: expected ${event.type} but the history ends`;
    const different = difference(event, other, `event ${i + 1} ${event.type}`);
    if (different) return different;
  }
  const extra = found[wanted.length];
  return extra ? `event ${wanted.length + 1}: ${extra.type} is not expected` : undefined;
}

function withoutIds(events: readonly HistoryEvent[]): HistoryEvent[] {
  return events.map((event) => (Array.isArray(event.id) ? { ...event, id: 0, previousEventId: 0 } : event));
}

/** Our events in the form of such a recording. */
function unsorted(expected: readonly HistoryEvent[], actual: readonly HistoryEvent[]): HistoryEvent[] {
  const from = expected.findIndex((event) => Array.isArray(event.id));
  const inside = expected.filter((event) => Array.isArray(event.id));
  const kept = actual.filter((event) => !/^ParallelState(Succeeded|Failed)$/.test(event.type));
  const pool = kept.slice(from, from + inside.length).map((event) => ({ ...event, id: 0, previousEventId: 0 }));
  const ordered: HistoryEvent[] = [];
  for (const event of withoutIds(inside)) {
    const at = pool.findIndex((candidate) => difference(event, candidate) === undefined);
    ordered.push(...pool.splice(Math.max(0, at), 1));
  }
  return [...kept.slice(0, from), ...ordered, ...kept.slice(from + inside.length)];
}
