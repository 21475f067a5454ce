import { AwsError } from '../kernel/errors.ts';

export function validationError(message: string): AwsError {
  return new AwsError('ValidationException', message);
}

export function resourceNotFound(message: string): AwsError {
  return new AwsError('ResourceNotFoundException', message);
}

function constraint(member: string, value: unknown, rule: string): AwsError {
  const shown = value === undefined ? 'null' : typeof value === 'string' ? value : JSON.stringify(value);
  const subject = value === undefined ? 'Value' : `Value '${shown.slice(0, 1000)}'`;
  return validationError(
    `1 validation error detected: ${subject} at '${member}' failed to satisfy constraint: ${rule}`,
  );
}

export interface TextRule {
  readonly least?: number;
  readonly most?: number;
  /** Must match the whole value. */
  readonly pattern?: RegExp;
}

/** The required text, checked against the API model. Throws `ValidationException` in AWS's words. */
export function requiredText(member: string, value: unknown, rule: TextRule = {}): string {
  if (value === undefined || value === null) throw constraint(member, undefined, 'Member must not be null');
  if (typeof value !== 'string') throw new AwsError('SerializationException', `${member} must be a string`);
  const least = rule.least ?? 1;
  if (value.length < least)
    throw constraint(member, value, `Member must have length greater than or equal to ${least}`);
  if (rule.most !== undefined && value.length > rule.most) {
    throw constraint(member, value, `Member must have length less than or equal to ${rule.most}`);
  }
  if (rule.pattern && !rule.pattern.test(value)) {
    const source = rule.pattern.source.replace(/^\^|\$$/g, '');
    throw constraint(member, value, `Member must satisfy regular expression pattern: ${source}`);
  }
  return value;
}

/** As {@link requiredText}, where nothing is allowed too. */
export function optionalText(member: string, value: unknown, rule: TextRule = {}): string | undefined {
  return value === undefined || value === null ? undefined : requiredText(member, value, { least: 0, ...rule });
}

/** The whole number between the bounds, if given. Throws `ValidationException`. */
export function optionalInteger(member: string, value: unknown, least: number, most: number): number | undefined {
  if (value === undefined || value === null) return undefined;
  if (typeof value !== 'number' || !Number.isInteger(value)) {
    throw new AwsError('SerializationException', `${member} must be an integer`);
  }
  if (value < least) throw constraint(member, value, `Member must have value greater than or equal to ${least}`);
  if (value > most) throw constraint(member, value, `Member must have value less than or equal to ${most}`);
  return value;
}

/** The list, between the given numbers of members. Throws `ValidationException`. */
export function requiredList(member: string, value: unknown, least: number, most: number): unknown[] {
  if (value === undefined || value === null) throw constraint(member, undefined, 'Member must not be null');
  if (!Array.isArray(value)) throw new AwsError('SerializationException', `${member} must be a list`);
  if (value.length < least)
    throw constraint(member, value, `Member must have length greater than or equal to ${least}`);
  if (value.length > most) throw constraint(member, value, `Member must have length less than or equal to ${most}`);
  return value;
}

/** The value if it is one of those allowed. Throws `ValidationException`. */
export function oneOf<T extends string>(member: string, value: unknown, allowed: readonly T[]): T | undefined {
  if (value === undefined || value === null) return undefined;
  const found = allowed.find((candidate) => candidate === value);
  if (found === undefined)
    throw constraint(member, value, `Member must satisfy enum value set: [${allowed.join(', ')}]`);
  return found;
}

/** The instant in milliseconds: seconds since the epoch (JSON protocols), `Date` or ISO 8601 text; undefined if it is none. */
export function instant(value: unknown): number | undefined {
  const milliseconds =
    typeof value === 'number'
      ? value * 1000
      : value instanceof Date || typeof value === 'string'
        ? +new Date(value)
        : Number.NaN;
  return Number.isNaN(milliseconds) ? undefined : Math.round(milliseconds);
}
