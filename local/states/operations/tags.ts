import { AwsError } from '../../kernel/errors.ts';
import type { Operation, OperationInput } from '../../kernel/service.ts';
import { parseArn } from '../arns.ts';
import { arnMember, checkInput } from '../constraints.ts';
import type { States } from '../states.ts';
import { onResource } from './access.ts';

const MOST_TAGS = 50;

/** Tags as given to Create… and TagResource. Throws ValidationException and TooManyTags. */
export function tagsOf(given: OperationInput, present: Readonly<Record<string, string>> = {}): Record<string, string> {
  const tags: Record<string, string> = { ...present };
  for (const tag of given ?? []) {
    checkInput(tag ?? {}, {
      key: { type: 'string', required: true, min: 1, max: 128 },
      value: { type: 'string', min: 0, max: 256 },
    });
    if (/^aws:/i.test(tag.key)) {
      throw new AwsError(
        'ValidationException',
        `Tag keys starting with 'aws:' are reserved for system use: ${tag.key}`,
      );
    }
    tags[tag.key] = tag.value ?? '';
  }
  if (Object.keys(tags).length > MOST_TAGS) throw new AwsError('TooManyTags', 'Too Many Tags');
  return tags;
}

interface Tagged {
  tags: Readonly<Record<string, string>>;
  save(tags: Record<string, string>): void;
}

function findTagged(states: States, arn: string): Tagged {
  const { kind } = parseArn(arn, 'stateMachine', 'activity');
  const machine = kind === 'stateMachine' ? states.machines.get(arn) : undefined;
  if (machine) return { tags: machine.tags, save: (tags) => states.machines.put({ ...machine, tags }) };
  const activity = kind === 'activity' ? states.activities.get(arn) : undefined;
  if (activity) return { tags: activity.tags, save: (tags) => states.activities.put({ ...activity, tags }) };
  throw new AwsError('ResourceNotFound', `Resource not found: '${arn}'`, { fields: { resourceName: arn } });
}

/** https://docs.aws.amazon.com/step-functions/latest/apireference/API_TagResource.html */
export function tagResource(states: States): Operation {
  return {
    authorize: onResource('TagResource', 'resourceArn'),
    handle(input) {
      checkInput(input, { resourceArn: arnMember, tags: { type: 'list', required: true } });
      const tagged = findTagged(states, input.resourceArn);
      tagged.save(tagsOf(input.tags, tagged.tags));
      return {};
    },
  };
}

/** https://docs.aws.amazon.com/step-functions/latest/apireference/API_UntagResource.html */
export function untagResource(states: States): Operation {
  return {
    authorize: onResource('UntagResource', 'resourceArn'),
    handle(input) {
      checkInput(input, { resourceArn: arnMember, tagKeys: { type: 'list', required: true } });
      const tagged = findTagged(states, input.resourceArn);
      const removed = new Set<string>(input.tagKeys);
      tagged.save(Object.fromEntries(Object.entries(tagged.tags).filter(([key]) => !removed.has(key))));
      return {};
    },
  };
}

/** https://docs.aws.amazon.com/step-functions/latest/apireference/API_ListTagsForResource.html */
export function listTagsForResource(states: States): Operation {
  return {
    authorize: onResource('ListTagsForResource', 'resourceArn'),
    handle(input) {
      checkInput(input, { resourceArn: arnMember });
      const { tags } = findTagged(states, input.resourceArn);
      return { tags: Object.entries(tags).map(([key, value]) => ({ key, value })) };
    },
  };
}
