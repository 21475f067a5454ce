import { page } from '../events/paging.ts';
import type { OperationInput } from '../kernel/service.ts';

/** One page of a list: `MaxResults` (a query parameter, so maybe text) items from `NextToken` on. */
export function schedulerPage<T>(items: readonly T[], input: OperationInput): { items: T[]; NextToken?: string } {
  const limit = Number(input.MaxResults);
  return page(items, { NextToken: input.NextToken, ...(limit > 0 && { Limit: limit }) });
}
