import { AwsError } from '../kernel/errors.ts';
import type { Operation, OperationInput } from '../kernel/service.ts';
import { onKey, tagConditions } from './access.ts';
import type { Keys } from './keys.ts';
import { pageOf } from './pages.ts';

const MOST_TAGS = 50;

/** Tags of a request by key. Throws TagException and LimitExceededException. */
export function parseTags(given: OperationInput, before: Record<string, string> = {}): Record<string, string> {
  const tags = { ...before };
  for (const { TagKey, TagValue } of given ?? []) {
    const [key, value] = [String(TagKey ?? ''), String(TagValue ?? '')];
    if (key === '' || key.length > 128 || value.length > 256)
      throw new AwsError('TagException', 'A tag has a key of 1 to 128 and a value of up to 256 characters.');
    if (/^aws:/i.test(key))
      throw new AwsError('TagException', 'aws: prefixed tag key names are not allowed for external use.');
    tags[key] = value;
  }
  if (Object.keys(tags).length > MOST_TAGS) throw new AwsError('LimitExceededException', 'Too many tags.');
  return tags;
}

/** https://docs.aws.amazon.com/kms/latest/developerguide/tagging-keys.html */
export function tagOperations(keys: Keys): Record<string, Operation> {
  return {
    TagResource: {
      authorize: onKey('TagResource', keys, tagConditions),
      handle(input, context) {
        const key = keys.changeable(input.KeyId, context);
        keys.save({ ...key, tags: parseTags(input.Tags, key.tags) });
      },
    },
    UntagResource: {
      authorize: onKey('UntagResource', keys),
      handle(input, context) {
        const key = keys.changeable(input.KeyId, context);
        const gone: string[] = input.TagKeys ?? [];
        const tags = Object.fromEntries(Object.entries(key.tags).filter(([name]) => !gone.includes(name)));
        keys.save({ ...key, tags });
      },
    },
    ListResourceTags: {
      authorize: onKey('ListResourceTags', keys),
      handle(input, context) {
        const { tags } = keys.require(input.KeyId, context);
        const all = Object.entries(tags).map(([TagKey, TagValue]) => ({ TagKey, TagValue }));
        return pageOf(all, input, 'Tags', 50);
      },
    },
  };
}
