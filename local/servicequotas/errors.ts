import { AwsError } from '../kernel/errors.ts';
import type { OperationInput } from '../kernel/service.ts';
import { definitionOf, type QuotaDefinition } from './catalogue.ts';

/** 400 NoSuchResourceException. */
export function noSuchResource(message: string): AwsError {
  return new AwsError('NoSuchResourceException', message);
}

/** 400 IllegalArgumentException. */
export function illegalArgument(message: string): AwsError {
  return new AwsError('IllegalArgumentException', message);
}

/** A text member that must be there. Throws IllegalArgumentException. */
export function requiredText(input: OperationInput, member: string): string {
  const value: unknown = input[member];
  if (typeof value === 'string' && value !== '') return value;
  throw illegalArgument(`${member} must be specified.`);
}

/** The quota that ServiceCode and QuotaCode name. Throws NoSuchResourceException. */
export function existingQuota(input: OperationInput): QuotaDefinition {
  const definition = definitionOf(requiredText(input, 'ServiceCode'), requiredText(input, 'QuotaCode'));
  if (!definition) throw noSuchResource('The request failed because the specified service or quota does not exist.');
  return definition;
}

/** A page of a list under `member`: MaxResults (100 at most) from the position that NextToken names. Throws InvalidPaginationTokenException. */
export function pageOf(member: string, items: readonly unknown[], input: OperationInput): Record<string, unknown> {
  const size = Math.min(100, Number(input.MaxResults ?? 100));
  const start = Number(input.NextToken ?? 0);
  if (!Number.isInteger(start) || start < 0) {
    throw new AwsError('InvalidPaginationTokenException', 'Invalid input was provided.');
  }
  const end = start + size;
  return { [member]: items.slice(start, end), ...(end < items.length && { NextToken: String(end) }) };
}
