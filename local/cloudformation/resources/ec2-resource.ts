import { AwsError } from '../../kernel/errors.ts';
import {
  type ExistingResource,
  type Properties,
  type ResourceRequest,
  tagChanges,
  tagMap,
} from '../resource-provider.ts';

/** How often handlers of EC2's network look again, and how long, in seconds. */
const EVERY = 5;
const AT_MOST = 600;

/** Tags for what an EC2 operation makes. */
export function tagged(request: ResourceRequest, ResourceType: string): Properties {
  return request.tags.length > 0 ? { TagSpecifications: [{ ResourceType, Tags: request.tags }] } : {};
}

/** Changes the tags of a resource that exists. */
export async function retag(request: ResourceRequest, existing: ExistingResource, id: string): Promise<void> {
  const { set, remove } = tagChanges(existing.tags, request.tags);
  if (remove.length > 0)
    await request.call('ec2', 'DeleteTags', { Resources: [id], Tags: remove.map((Key) => ({ Key })) });
  if (set.length > 0) await request.call('ec2', 'CreateTags', { Resources: [id], Tags: set });
}

/** Runs an EC2 operation; undefined if what it names is not there. EC2 has such an error for every kind of resource. */
export async function ifPresent<T>(run: () => Promise<T>): Promise<T | undefined> {
  try {
    return await run();
  } catch (error) {
    if (error instanceof AwsError && /NotFound$/.test(error.code)) return undefined;
    throw error;
  }
}

/** What a Describe operation says of one resource, as soon as it is seen, and `ready`. */
export async function described(
  request: ResourceRequest,
  operation: string,
  member: string,
  input: object,
  ready: (found: Properties) => boolean = () => true,
): Promise<Properties> {
  let found: Properties = {};
  const look = async () => {
    found = (await ifPresent(() => request.call('ec2', operation, input)))?.[member]?.[0];
    return found !== undefined && ready(found);
  };
  await request.waitUntil(look, EVERY, AT_MOST);
  return found;
}

/**
 * What an earlier try of this creation has made, if its answer was lost: EC2 takes no token for most of its resources, so
 * it is known by the name in its tags. Undefined if the template names nothing, or the name is not unique.
 */
export async function madeBefore(
  request: ResourceRequest,
  operation: string,
  member: string,
  filters: Readonly<Record<string, string>> = {},
): Promise<Properties | undefined> {
  const tags = tagMap(request.tags);
  if (!request.resumed || tags.Name === undefined) return undefined;
  const all = { ...filters, ...Object.fromEntries(Object.entries(tags).map(([key, value]) => [`tag:${key}`, value])) };
  const Filters = Object.entries(all).map(([Name, value]) => ({ Name, Values: [value] }));
  const found: Properties[] = (await request.call('ec2', operation, { Filters }))[member];
  return found.length === 1 ? found[0] : undefined;
}

/** Deletes as soon as nothing depends on it any more; throws what EC2 says if something still does after ten minutes. */
export async function deleteWhenFree(request: ResourceRequest, remove: () => Promise<unknown>): Promise<void> {
  let refusal: unknown;
  const gone = async () => {
    try {
      await ifPresent(remove);
      return true;
    } catch (error) {
      if (!(error instanceof AwsError) || !/^(DependencyViolation|InvalidIPAddress.InUse)$/.test(error.code))
        throw error;
      refusal = error;
      return false;
    }
  };
  try {
    await request.waitUntil(gone, EVERY, AT_MOST);
  } catch (error) {
    throw refusal !== undefined && error instanceof Error && error.name === 'NotStabilized' ? refusal : error;
  }
}
