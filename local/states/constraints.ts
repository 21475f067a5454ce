/** The request validation that precedes every operation, with the texts of AWS's front end. */
import { AwsError } from '../kernel/errors.ts';
import type { OperationInput } from '../kernel/service.ts';

/** What the service model says of one input member. Lengths in UTF-16 units, as the front end counts them. */
export interface Constraint {
  readonly type: 'string' | 'integer' | 'boolean' | 'list' | 'structure' | 'float';
  readonly required?: boolean;
  readonly min?: number;
  readonly max?: number;
  readonly pattern?: RegExp;
  readonly values?: readonly string[];
  /** Sensitive values are not repeated in the message. */
  readonly sensitive?: boolean;
}

export type Constraints = Readonly<Record<string, Constraint>>;

const TOKENS: Record<string, string> = {
  string: 'STRING_VALUE',
  number: 'NUMBER_VALUE',
  boolean: 'TRUE_VALUE',
  object: 'START_OBJECT',
};
const TARGETS: Record<Constraint['type'], string> = {
  string: 'a String',
  integer: 'an Integer',
  float: 'a Float',
  boolean: 'a Boolean',
  list: 'a List',
  structure: 'a Structure',
};

/** Throws ValidationException that lists every violated constraint, or SerializationException for a wrong JSON type. */
export function checkInput(input: OperationInput, constraints: Constraints): void {
  const found: string[] = [];
  for (const [member, constraint] of Object.entries(constraints)) {
    const value: unknown = input[member];
    if (value === undefined || value === null) {
      if (constraint.required)
        found.push(`Value null at '${member}' failed to satisfy constraint: Member must not be null`);
      continue;
    }
    checkType(value, constraint.type);
    const violated = violation(value, constraint);
    if (violated) {
      const shown = constraint.sensitive ? 'Value' : `Value '${String(value).slice(0, 1024)}'`;
      found.push(`${shown} at '${member}' failed to satisfy constraint: ${violated}`);
    }
  }
  if (found.length === 0) return;
  const count = `${found.length} validation error${found.length > 1 ? 's' : ''} detected`;
  throw new AwsError('ValidationException', `${count}: ${found.join('; ')}`);
}

function checkType(value: unknown, type: Constraint['type']): void {
  const fits =
    type === 'list'
      ? Array.isArray(value)
      : type === 'structure'
        ? typeof value === 'object' && !Array.isArray(value)
        : type === 'integer' || type === 'float'
          ? typeof value === 'number'
          : typeof value === type;
  if (fits) return;
  const token = Array.isArray(value) ? 'START_ARRAY' : value === false ? 'FALSE_VALUE' : TOKENS[typeof value];
  throw new AwsError('SerializationException', `${token} can not be converted to ${TARGETS[type]}`);
}

function violation(value: unknown, constraint: Constraint): string | undefined {
  const { min, max, pattern, values } = constraint;
  const isNumber = typeof value === 'number';
  const size = isNumber ? value : typeof value === 'string' || Array.isArray(value) ? value.length : 0;
  const noun = isNumber ? 'value' : 'length';
  if (max !== undefined && size > max) return `Member must have ${noun} less than or equal to ${max}`;
  if (min !== undefined && size < min) return `Member must have ${noun} greater than or equal to ${min}`;
  if (pattern && !pattern.test(String(value)))
    return `Member must satisfy regular expression pattern: ${pattern.source}`;
  if (values && !values.includes(String(value))) return `Member must satisfy enum value set: [${values.join(', ')}]`;
  return undefined;
}

/** Constraints that many operations share. https://docs.aws.amazon.com/step-functions/latest/apireference/ */
export const arnMember: Constraint = { type: 'string', required: true, min: 1, max: 256 };
export const nameMember: Constraint = { type: 'string', min: 1, max: 80 };
export const dataMember: Constraint = { type: 'string', max: 262_144, sensitive: true };
export const errorMember: Constraint = { type: 'string', min: 0, max: 256, sensitive: true };
export const causeMember: Constraint = { type: 'string', min: 0, max: 32_768, sensitive: true };
export const definitionMember: Constraint = { type: 'string', min: 1, max: 1_048_576, sensitive: true };
export const pageMembers: Constraints = {
  maxResults: { type: 'integer', min: 0, max: 1000 },
  nextToken: { type: 'string', min: 1, max: 1024 },
};
export const includedDataMember: Constraint = { type: 'string', values: ['ALL_DATA', 'METADATA_ONLY'] };

// White space, brackets, wildcards, special and control characters, and what UTF-8 tools stumble over.
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what the rule forbids
const ILLEGAL_IN_NAME = /[\s<>{}[\]?*"#%\\^|~`$&,;:/\u0000-\u001f\u007f-\u009f\ufffe\uffff\ud800-\udfff]/;

/**
 * Throws InvalidName for a state machine, execution or activity name with characters AWS forbids.
 * https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html#service-limits-general
 */
export function checkName(name: string): void {
  // Pairs of surrogates are characters outside the basic plane and allowed, except U+10FFFF.
  const flattened = name.replaceAll('\u{10ffff}', '\ufffe').replace(/[\ud800-\udbff][\udc00-\udfff]/g, 'x');
  if (ILLEGAL_IN_NAME.test(flattened)) throw new AwsError('InvalidName', `Invalid Name: '${name}'`);
}
