/** A decimal number scaled by 10^6, as EventBridge compares numbers. */
export type ComparableNumber = bigint;

const DECIMAL = /^(-?)(\d+)(?:\.(\d*))?(?:[eE]([+-]?\d+))?$/;
const DECIMAL_PLACES = 6;
/** Five thousand million, scaled. */
const LARGEST = 5_000_000_000_000_000n;
const LONGEST_EXPONENT = 4;

/**
 * The number for comparisons, or why EventBridge cannot compare it: numbers are compared up to 6 decimal places
 * within ±5,000,000,000.
 * https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-pattern-operators.html#filtering-numeric-matching
 */
export function comparableNumber(text: string): ComparableNumber | { reason: string } {
  const parts = DECIMAL.exec(text);
  if (!parts) return { reason: `Not a number: ${text}` };
  const [, sign, integer = '', fraction = '', exponent = '0'] = parts;
  const significant = (integer + fraction).replace(/^0+/, '');
  const stripped = significant.replace(/0+$/, '');
  if (stripped === '') return 0n;
  const outOfRange = { reason: 'Value must be between -5.0E9 and 5.0E9, inclusive' };
  const tooPrecise = { reason: `Only values upto 6 decimals are supported${text}` };
  if (exponent.replace(/^[+-]?0*/, '').length > LONGEST_EXPONENT) {
    return exponent.startsWith('-') ? tooPrecise : outOfRange;
  }
  const scale = fraction.length - Number(exponent) - (significant.length - stripped.length);
  if (scale > DECIMAL_PLACES) return tooPrecise;
  if (stripped.length - scale > 10) return outOfRange;
  const magnitude = BigInt(stripped) * 10n ** BigInt(DECIMAL_PLACES - scale);
  if (magnitude > LARGEST) return outOfRange;
  return sign === '-' ? -magnitude : magnitude;
}
