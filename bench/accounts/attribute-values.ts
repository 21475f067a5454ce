/** DynamoDB's wire form of a value. */
export type AttributeValue =
  | { S: string }
  | { N: string }
  | { BOOL: boolean }
  | { NULL: true }
  | { L: AttributeValue[] }
  | { M: Record<string, AttributeValue> };

type Values = Record<string, AttributeValue>;

/** As the document client does it: members that are `undefined` are left out. Throws for values the registry does not hold (sets, binary). */
export function toAttributeValue(value: unknown): AttributeValue {
  if (value === null) return { NULL: true };
  if (typeof value === 'string') return { S: value };
  if (typeof value === 'number') return { N: String(value) };
  if (typeof value === 'boolean') return { BOOL: value };
  if (Array.isArray(value)) return { L: value.filter((one) => one !== undefined).map(toAttributeValue) };
  if (typeof value === 'object' && value.constructor === Object) return { M: toItem(value as Record<string, unknown>) };
  throw new Error(`The registry holds no values such as ${String(value)}.`);
}

/** The same for all members. */
export function toItem(item: Record<string, unknown>): Values {
  const members = Object.entries(item).filter(([, value]) => value !== undefined);
  return Object.fromEntries(members.map(([name, value]) => [name, toAttributeValue(value)]));
}

/** The way back. */
export function fromAttributeValue(value: AttributeValue): unknown {
  if ('S' in value) return value.S;
  if ('N' in value) return Number(value.N);
  if ('BOOL' in value) return value.BOOL;
  if ('NULL' in value) return null;
  return 'L' in value ? value.L.map(fromAttributeValue) : fromItem(value.M);
}

/** The same for all members. */
export function fromItem(item: Values): Record<string, unknown> {
  return Object.fromEntries(Object.entries(item).map(([name, value]) => [name, fromAttributeValue(value)]));
}
