import { AwsError } from '../kernel/errors.ts';
import type { OperationInput } from '../kernel/service.ts';
import type { Tag } from './records.ts';

/** What a text member has to be; lengths in characters. */
export interface TextRule {
  readonly max?: number;
  readonly min?: number;
  readonly pattern?: RegExp;
}

/** Names of roles, users and policies. */
export const NAME: RegExp = /^[\w+=,.@-]+$/;
/** https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateRole.html */
export const ROLE_NAME: TextRule = { min: 1, max: 64, pattern: NAME };
export const USER_NAME: TextRule = { min: 1, max: 64, pattern: NAME };
export const POLICY_NAME: TextRule = { min: 1, max: 128, pattern: NAME };
export const PROFILE_NAME: TextRule = { min: 1, max: 128, pattern: NAME };
export const ARN: TextRule = { min: 20, max: 2048 };
/** Characters IAM accepts in documents and descriptions. */
export const DOCUMENT: TextRule = { min: 1, max: 131_072, pattern: /^[\t\n\r -\u00FF]+$/ };
const PATH: TextRule = { min: 1, max: 512, pattern: /^(\/|\/[!-~]+\/)$/ };

/** A constraint violation, in the words all AWS services use. */
export function validationError(member: string, value: string | undefined, constraint: string): AwsError {
  const name = member.charAt(0).toLowerCase() + member.slice(1);
  const what = value === undefined ? `Value null at '${name}'` : `Value at '${name}'`;
  return new AwsError(
    'ValidationError',
    `1 validation error detected: ${what} failed to satisfy constraint: ${constraint}`,
  );
}

/** A text member that must be there. Throws AwsError ValidationError. */
export function requiredText(input: OperationInput, member: string, rule: TextRule = {}): string {
  const value = optionalText(input, member, rule);
  if (value === undefined) throw validationError(member, undefined, 'Member must not be null');
  return value;
}

/** A text member, checked if it is there. Throws AwsError ValidationError. */
export function optionalText(input: OperationInput, member: string, rule: TextRule = {}): string | undefined {
  const value: unknown = input[member];
  if (value === undefined || value === null) return undefined;
  if (typeof value !== 'string') throw validationError(member, String(value), 'Member must be a string');
  if (value.length < (rule.min ?? 0)) {
    throw validationError(member, value, `Member must have length greater than or equal to ${rule.min}`);
  }
  if (rule.max !== undefined && value.length > rule.max) {
    throw validationError(member, value, `Member must have length less than or equal to ${rule.max}`);
  }
  if (rule.pattern && !rule.pattern.test(value)) {
    const pattern = rule.pattern.source.replace(/^\^|\$$/g, '');
    const name = member.charAt(0).toLowerCase() + member.slice(1);
    throw new AwsError(
      'ValidationError',
      rule.pattern === NAME
        ? `The specified value for ${name} is invalid. It must contain only alphanumeric characters and/or the following: +=,.@_-`
        : `1 validation error detected: Value at '${name}' failed to satisfy constraint: Member must satisfy regular expression pattern: ${pattern}`,
    );
  }
  return value;
}

/** A whole number, as a number or as text (query protocol). Throws AwsError ValidationError. */
export function optionalInteger(
  input: OperationInput,
  member: string,
  range: { min: number; max: number },
): number | undefined {
  const raw: unknown = input[member];
  if (raw === undefined || raw === null) return undefined;
  const value = Number(raw);
  if (!Number.isInteger(value)) throw validationError(member, String(raw), 'Member must be an integer');
  if (value > range.max) {
    throw validationError(member, String(raw), `Member must have value less than or equal to ${range.max}`);
  }
  if (value < range.min) {
    throw validationError(member, String(raw), `Member must have value greater than or equal to ${range.min}`);
  }
  return value;
}

/** A boolean, as such or as text. */
export function optionalBoolean(input: OperationInput, member: string): boolean | undefined {
  const raw: unknown = input[member];
  if (raw === undefined || raw === null) return undefined;
  return raw === true || raw === 'true';
}

/** A list of texts; empty if absent. Throws AwsError ValidationError. */
export function textList(input: OperationInput, member: string): string[] {
  const raw: unknown = input[member] ?? [];
  if (!Array.isArray(raw) || !raw.every((item) => typeof item === 'string')) {
    throw validationError(member, String(raw), 'Member must be a list of strings');
  }
  return raw;
}

/** The Path of an entity; "/" if absent. Throws AwsError ValidationError. */
export function pathOf(input: OperationInput): string {
  return optionalText(input, 'Path', PATH) ?? '/';
}

/**
 * The Tags of a request: at most 50, keys unlike even in case, no key of AWS's own.
 * Throws AwsError ValidationError or InvalidInput.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/id_tags.html#id_tags_rules
 */
export function tagsOf(input: OperationInput): Tag[] {
  const raw: unknown = input.Tags ?? [];
  if (!Array.isArray(raw)) throw validationError('Tags', String(raw), 'Member must be a list of tags');
  if (raw.length > 50) throw validationError('Tags', '', 'Member must have length less than or equal to 50');
  const tags = raw.map((tag: OperationInput) => ({
    Key: requiredText(tag ?? {}, 'Key', { min: 1, max: 128, pattern: /^[\p{L}\p{Z}\p{N}_.:/=+\-@]+$/u }),
    Value: requiredText(tag ?? {}, 'Value', { max: 256, pattern: /^[\p{L}\p{Z}\p{N}_.:/=+\-@]*$/u }),
  }));
  const keys = new Set(tags.map(({ Key }) => Key.toLowerCase()));
  if (keys.size !== tags.length) {
    throw new AwsError('InvalidInput', 'Duplicate tag keys found. Please note that Tag keys are case insensitive.');
  }
  if ([...keys].some((key) => key.startsWith('aws:'))) {
    throw new AwsError('InvalidInput', 'The tag key prefix aws: is reserved for AWS use.');
  }
  return tags;
}
