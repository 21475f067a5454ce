import { scopeOf } from '../context-object.ts';
import type { JsonValue } from '../contract.ts';
import type { State } from '../definition.ts';
import { evaluationFailure, runtimeFailure } from '../failure.ts';
import { WAITING } from '../fold.ts';
import { compileTemplate } from '../jsonata/template.ts';
import { parsePath } from '../jsonpath/parse.ts';
import { findPath } from '../jsonpath/template.ts';
import type { Thread } from '../model.ts';
import type { Runtime } from '../runtime.ts';
import type { Scope } from '../scope.ts';
import { parseTimestamp } from '../timestamps.ts';
import { effectiveInput } from './simple.ts';

/** Longest Wait, in seconds. */
const LONGEST_WAIT = 99_999_999;

/** https://docs.aws.amazon.com/step-functions/latest/dg/state-wait.html */
export async function executeWait(runtime: Runtime, thread: Thread, state: State): Promise<void> {
  const now = runtime.host.clock.now();
  const scope = scopeOf(thread, effectiveInput(thread, state));
  const at = await waitEnd(state, scope, thread.enteredAt, now);
  runtime.recordHidden(thread, WAITING, { at });
  runtime.wake(thread);
}

async function waitEnd(state: State, scope: Scope, enteredAt: number, now: number): Promise<number> {
  const { Seconds: seconds, SecondsPath: secondsPath, Timestamp: timestamp, TimestampPath: timestampPath } = state.raw;
  if (secondsPath !== undefined) return enteredAt + secondsFromPath(String(secondsPath), scope) * 1_000;
  if (timestampPath !== undefined) return timestampFromPath(String(timestampPath), scope);
  if (seconds !== undefined) return enteredAt + (await fixedSeconds(state, seconds, scope)) * 1_000;
  if (timestamp !== undefined) return fixedTimestamp(state, timestamp, scope);
  return now;
}

function secondsFromPath(path: string, scope: Scope): number {
  const found = findPath(parsePath(path), scope);
  if (!('value' in found)) throw runtimeFailure(`The SecondsPath parameter does not reference an input value: ${path}`);
  const { value } = found;
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  if (!/^-?\d+$/.test(text))
    throw runtimeFailure(`The SecondsPath parameter cannot be parsed as a long value: ${path} == ${text}`);
  if (Number(text) < 0)
    throw runtimeFailure(`The SecondsPath parameter references a negative value: ${path} == ${text}`);
  return Math.min(Number(text), LONGEST_WAIT);
}

function timestampFromPath(path: string, scope: Scope): number {
  const found = findPath(parsePath(path), scope);
  if (!('value' in found))
    throw runtimeFailure(`The TimestampPath parameter does not reference an input value: ${path}`);
  const text = typeof found.value === 'string' ? found.value : JSON.stringify(found.value);
  const time = parseTimestamp(text);
  if (time !== undefined) return time;
  throw runtimeFailure(
    `The TimestampPath parameter does not reference a valid ISO-8601 extended offset date-time format string: ${path} == ${text}`,
  );
}

async function fixedSeconds(state: State, seconds: JsonValue, scope: Scope): Promise<number> {
  if (typeof seconds === 'number') return seconds;
  const template = state.field('Seconds', (raw) => compileTemplate(raw['Seconds'] as JsonValue, 'Seconds', 'number'));
  const value = (await template?.(scope)) as number;
  if (!Number.isInteger(value) || value < 0 || value > LONGEST_WAIT) {
    throw evaluationFailure(
      `The Seconds field must be an integer between 0 and ${LONGEST_WAIT}, but was: ${value}`,
      'Seconds',
    );
  }
  return value;
}

async function fixedTimestamp(state: State, timestamp: JsonValue, scope: Scope): Promise<number> {
  const template = state.field('Timestamp', (_raw, language) =>
    language === 'JSONata' ? compileTemplate(timestamp, 'Timestamp', 'string') : () => timestamp,
  );
  const text = String(await template?.(scope));
  const time = parseTimestamp(text);
  if (time !== undefined) return time;
  throw evaluationFailure(
    `The Timestamp field cannot be parsed as an ISO-8601 extended offset date-time format string: ${text}`,
    'Timestamp',
  );
}
