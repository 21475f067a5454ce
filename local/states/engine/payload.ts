import type { JsonValue } from './contract.ts';

export type JsonObject = { [key: string]: JsonValue };

/**
 * The largest input or output of a state, a task or an execution, in bytes of UTF-8.
 * https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html
 */
export const PAYLOAD_LIMIT = 262_144;

/** A JSON value beside its text; each form is made from the other only when somebody asks for it. */
export interface Payload {
  value?: JsonValue;
  text?: string;
}

export function fromValue(value: JsonValue): Payload {
  return { value };
}

export function fromText(text: string): Payload {
  return { text };
}

/** The value, parsed at most once. Callers never change it: it is shared between states. */
export function jsonOf(payload: Payload): JsonValue {
  if (payload.value === undefined) payload.value = JSON.parse(payload.text ?? 'null') as JsonValue;
  return payload.value;
}

/** The text, serialized at most once. */
export function textOf(payload: Payload): string {
  payload.text ??= JSON.stringify(payload.value);
  return payload.text;
}

/** Whether the text is over {@link PAYLOAD_LIMIT}. */
export function exceedsLimit(text: string, limit = PAYLOAD_LIMIT): boolean {
  // No character takes more than three bytes per UTF-16 unit, so short texts need no count.
  return text.length * 3 > limit && Buffer.byteLength(text) > limit;
}

export function isObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** `object[key] = value`, also for the key `__proto__`, which plain assignment would take for the prototype. */
export function setMember(object: JsonObject, key: string, value: JsonValue): void {
  if (key === '__proto__') {
    Object.defineProperty(object, key, { value, enumerable: true, configurable: true, writable: true });
  } else {
    object[key] = value;
  }
}

/** Deep equality of JSON values; the order of members does not matter. */
export function jsonEquals(a: JsonValue, b: JsonValue): boolean {
  if (a === b) return true;
  if (Array.isArray(a)) {
    return Array.isArray(b) && a.length === b.length && a.every((item, i) => jsonEquals(item, b[i] as JsonValue));
  }
  if (!isObject(a) || !isObject(b)) return false;
  const keys = Object.keys(a);
  return (
    keys.length === Object.keys(b).length &&
    keys.every((key) => Object.hasOwn(b, key) && jsonEquals(a[key] as JsonValue, b[key] as JsonValue))
  );
}
