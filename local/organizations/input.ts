import type { OperationInput } from '../kernel/service.ts';
import { constraintViolation, invalidInput } from './errors.ts';
import type { Tag } from './records.ts';

interface TextRule {
  readonly min?: number;
  readonly max?: number;
  readonly pattern?: RegExp;
  /** The Reason when the pattern does not match. Default INVALID_PATTERN. */
  readonly reason?: string;
}

export const ACCOUNT_ID: TextRule = { max: 12, pattern: /^\d{12}$/ };
export const ROOT_ID: TextRule = { max: 34, pattern: /^r-[0-9a-z]{4,32}$/ };
export const UNIT_ID: TextRule = { max: 68, pattern: /^ou-[0-9a-z]{4,32}-[a-z0-9]{8,32}$/ };
export const PARENT_ID: TextRule = { max: 100, pattern: /^(r-[0-9a-z]{4,32}|ou-[0-9a-z]{4,32}-[a-z0-9]{8,32})$/ };
export const CHILD_ID: TextRule = { max: 100, pattern: /^(\d{12}|ou-[0-9a-z]{4,32}-[a-z0-9]{8,32})$/ };
export const TARGET_ID: TextRule = {
  max: 100,
  pattern: /^(r-[0-9a-z]{4,32}|\d{12}|ou-[0-9a-z]{4,32}-[a-z0-9]{8,32})$/,
  reason: 'INVALID_PATTERN_TARGET_ID',
};
export const POLICY_ID: TextRule = {
  max: 130,
  pattern: /^p-[0-9a-zA-Z_]{8,128}$/,
  reason: 'INVALID_SYNTAX_POLICY_ID',
};
export const REQUEST_ID: TextRule = { max: 36, pattern: /^car-[a-z0-9]{8,32}$/ };
export const NODE_NAME: TextRule = { min: 1, max: 128 };
export const ACCOUNT_NAME: TextRule = { min: 1, max: 50, pattern: /^[ -~]+$/ };
export const EMAIL: TextRule = { min: 6, max: 64, pattern: /^[^\s@]+@[^\s@]+\.[^\s@]+$/ };
export const ROLE_NAME: TextRule = { max: 64, pattern: /^[\w+=,.@-]{1,64}$/, reason: 'INVALID_ROLE_NAME' };
export const SERVICE_PRINCIPAL: TextRule = { min: 1, max: 128, pattern: /^[\w+=,.@-]*$/ };
const TAG_KEY: TextRule = { min: 1, max: 128, pattern: /^[\p{L}\p{Z}\p{N}_.:/=+\-@]*$/u };
const TAG_VALUE: TextRule = { max: 256, pattern: /^[\p{L}\p{Z}\p{N}_.:/=+\-@]*$/u };
const MOST_TAGS = 50;

/** A text member that must be there. Throws InvalidInputException. */
export function requiredText(input: OperationInput, member: string, rule: TextRule = {}): string {
  const value = optionalText(input, member, rule);
  if (value === undefined) throw invalidInput('INPUT_REQUIRED', `You must specify a value for ${member}.`);
  return value;
}

/** A text member, checked if it is there. Throws InvalidInputException. */
export function optionalText(input: OperationInput, member: string, rule: TextRule = {}): string | undefined {
  const value: unknown = input[member];
  if (value === undefined || value === null) return undefined;
  if (typeof value !== 'string') throw invalidInput('INVALID_PATTERN', `${member} must be a string.`);
  if (value.length < (rule.min ?? 0)) {
    throw invalidInput('MIN_LENGTH_EXCEEDED', `${member} must have at least ${rule.min} characters.`);
  }
  if (rule.max !== undefined && value.length > rule.max) {
    throw invalidInput('MAX_LENGTH_EXCEEDED', `${member} must have at most ${rule.max} characters.`);
  }
  if (rule.pattern && !rule.pattern.test(value)) {
    throw invalidInput(
      rule.reason ?? 'INVALID_PATTERN',
      `You provided a value that does not match the required pattern for ${member}.`,
    );
  }
  return value;
}

/** A text member of a fixed set. Throws InvalidInputException. */
export function requiredOneOf<const T extends string>(
  input: OperationInput,
  member: string,
  values: readonly T[],
  reason = 'INVALID_ENUM',
): T {
  const value = requiredText(input, member);
  const found = values.find((known) => known === value);
  if (found === undefined) throw invalidInput(reason, `You specified an invalid value for ${member}.`);
  return found;
}

/**
 * The tags in `Tags`, each key once. Throws InvalidInputException and, for more than fifty,
 * ConstraintViolationException MAX_TAG_LIMIT_EXCEEDED.
 */
export function tagsOf(input: OperationInput): Tag[] {
  const raw: unknown = input.Tags ?? [];
  if (!Array.isArray(raw)) throw invalidInput('INVALID_LIST_MEMBER', 'Tags must be a list of tags.');
  const tags = raw.map((tag: OperationInput) => ({
    Key: requiredText(tag ?? {}, 'Key', TAG_KEY),
    Value: requiredText(tag ?? {}, 'Value', TAG_VALUE),
  }));
  const keys = tags.map(({ Key }) => Key);
  if (keys.some((key) => key.toLowerCase().startsWith('aws:'))) {
    throw invalidInput('INVALID_SYSTEM_TAGS_PARAMETER', 'Tag keys that begin with aws: are reserved for AWS.');
  }
  if (new Set(keys).size < keys.length) {
    throw invalidInput('DUPLICATE_TAG_KEY', 'Tag keys must be unique, and you specified one more than once.');
  }
  return checkedTagCount(tags);
}

/** The tags, or ConstraintViolationException MAX_TAG_LIMIT_EXCEEDED. */
export function checkedTagCount(tags: Tag[]): Tag[] {
  if (tags.length > MOST_TAGS) throw constraintViolation('MAX_TAG_LIMIT_EXCEEDED');
  return tags;
}

/** Whether AWS would set up a mailbox of that address as root user. https://docs.aws.amazon.com/organizations/latest/APIReference/API_CreateAccount.html */
export function isRootEmail(email: string): boolean {
  const [local = '', domain = '', ...rest] = email.split('@');
  return (
    rest.length === 0 &&
    /^[\x21-\x7e]+$/.test(email) &&
    !/["'()<>[\]:;,\\|%&]/.test(email) &&
    !local.startsWith('.') &&
    /^[a-zA-Z0-9.-]+$/.test(domain)
  );
}
