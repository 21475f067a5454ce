import { type IpAddress, ipAddress } from './ip-addresses.ts';
import { type ComparableNumber, comparableNumber } from './numbers.ts';

/** A leaf of an event, as written: `text` is the decoded string, the number's digits, or `true`, `false`, `null`. */
export interface Scalar {
  readonly kind: 'string' | 'number' | 'literal';
  readonly text: string;
}

/** One test of an event's leaf. */
export type Matcher = (value: Scalar) => boolean;

/** The number to compare with, if EventBridge can compare it. */
export function numberOf(value: Scalar): ComparableNumber | undefined {
  if (value.kind !== 'number') return undefined;
  const number = comparableNumber(value.text);
  return typeof number === 'bigint' ? number : undefined;
}

/** The IP address a string leaf names, if it names one. */
export function addressOf(value: Scalar): IpAddress | undefined {
  return value.kind === 'string' ? ipAddress(value.text) : undefined;
}

/** A matcher that looks only at strings. */
export function onString(test: (text: string) => boolean): Matcher {
  return (value) => value.kind === 'string' && test(value.text);
}
