import { handlerErrorCode } from '../handler-errors.ts';
import { type ResourceRequest, type Tag, tagChanges } from '../resource-provider.ts';

/** How long a call is tried again while Organizations is busy, and how often. */
const PATIENCE_SECONDS = 300;
const PAUSE_SECONDS = 3;

/**
 * Calls Organizations, again while it throttles or changes the same entity: most of its resources take several calls,
 * and beginning all of them anew would find the first one done. Throws AwsError, NotStabilized after five minutes.
 */
export async function callOrganizations(
  request: ResourceRequest,
  operation: string,
  input: object,
  // biome-ignore lint/suspicious/noExplicitAny: outputs of many operations
): Promise<any> {
  let answer: unknown;
  await request.waitUntil(
    async () => {
      try {
        answer = await request.call('organizations', operation, input);
        return true;
      } catch (error) {
        if (handlerErrorCode(error) === 'Throttling') return false;
        throw error;
      }
    },
    PAUSE_SECONDS,
    PATIENCE_SECONDS,
  );
  return answer;
}

/** All items of a list operation, over its pages. */
export async function listOrganizations<Item>(
  request: ResourceRequest,
  operation: string,
  input: object,
  member: string,
): Promise<Item[]> {
  const items: Item[] = [];
  for (let NextToken: string | undefined; ; ) {
    const page = await callOrganizations(request, operation, { ...input, ...(NextToken && { NextToken }) });
    items.push(...page[member]);
    NextToken = page.NextToken;
    if (!NextToken) return items;
  }
}

/** Sets the tags of an update that differ, and removes those that are gone. */
export async function retag(request: ResourceRequest, ResourceId: string, before: readonly Tag[]): Promise<void> {
  const { set, remove } = tagChanges(before, request.tags);
  if (remove.length > 0) await callOrganizations(request, 'UntagResource', { ResourceId, TagKeys: remove });
  if (set.length > 0) await callOrganizations(request, 'TagResource', { ResourceId, Tags: set });
}
