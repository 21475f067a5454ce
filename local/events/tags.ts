import type { OperationInput, RequestContext } from '../kernel/service.ts';
import { busAddress, parseArn } from './arns.ts';
import { existingBus } from './buses/bus-operations.ts';
import type { EventsParts, Operations } from './parts.ts';
import { type BusAddress, busKey, ruleKey, type Tags } from './records.ts';
import { requiredList, requiredText, resourceNotFound, validationError } from './validation.ts';

/** A list of tags from a request as a map. */
export function tagsFromList(list: unknown): Tags {
  const tags = Array.isArray(list) ? (list as { Key?: unknown; Value?: unknown }[]) : [];
  return Object.fromEntries(
    tags.map(({ Key, Value }) => [requiredText('tags.key', Key, { most: 128 }), String(Value ?? '')]),
  );
}

/** What carries tags: a bus or a rule. */
interface Tagged {
  readonly tags: Tags;
  save(tags: Tags): void;
}

/** TagResource, UntagResource and ListTagsForResource for buses and rules. */
export function tagOperations(parts: EventsParts): Operations {
  const authorize = (operation: string) => (input: OperationInput) => [
    { action: `events:${operation}`, resource: String(input.ResourceARN) },
  ];
  return {
    TagResource: {
      authorize: authorize('TagResource'),
      handle(input, context) {
        const resource = taggedResource(parts, input.ResourceARN, context);
        resource.save({ ...resource.tags, ...tagsFromList(requiredList('tags', input.Tags, 0, 200)) });
        return {};
      },
    },
    UntagResource: {
      authorize: authorize('UntagResource'),
      handle(input, context) {
        const resource = taggedResource(parts, input.ResourceARN, context);
        const removed = requiredList('tagKeys', input.TagKeys, 0, 200);
        resource.save(Object.fromEntries(Object.entries(resource.tags).filter(([key]) => !removed.includes(key))));
        return {};
      },
    },
    ListTagsForResource: {
      authorize: authorize('ListTagsForResource'),
      handle(input, context) {
        const { tags } = taggedResource(parts, input.ResourceARN, context);
        return { Tags: Object.entries(tags).map(([Key, Value]) => ({ Key, Value })) };
      },
    },
  };
}

function taggedResource(parts: EventsParts, resourceArn: unknown, context: RequestContext): Tagged {
  const text = requiredText('resourceARN', resourceArn, { most: 1600 });
  const arn = parseArn(text);
  if (arn?.service !== 'events')
    throw validationError(`Parameter ResourceARN is not valid. Reason: Provided Arn is not in correct format.`);
  const address = busAddress(text, context);
  if (address) {
    const bus = existingBus(parts, address);
    return { tags: bus.tags, save: (tags) => parts.records.buses.put(busKey(bus), { ...bus, tags }) };
  }
  const { bus, name } = ruleAddress(arn);
  const rule = parts.records.rules.get(ruleKey(bus, name));
  if (!rule) throw resourceNotFound(`Rule ${name} does not exist on EventBus ${bus.name}.`);
  return { tags: rule.tags, save: (tags) => parts.records.rules.put(ruleKey(bus, name), { ...rule, tags }) };
}

function ruleAddress(arn: { accountId: string; region: string; resource: string }): { bus: BusAddress; name: string } {
  const path = arn.resource.replace(/^rule\//, '');
  const slash = path.lastIndexOf('/');
  const busName = slash < 0 ? 'default' : path.slice(0, slash);
  return { bus: { accountId: arn.accountId, region: arn.region, name: busName }, name: path.slice(slash + 1) };
}
