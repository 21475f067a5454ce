import { AwsError } from '../kernel/errors.ts';
import type { Operation, OperationInput } from '../kernel/service.ts';
import { entityKey } from './database.ts';
import { type EntityKind, ROLE, USER } from './entity-kind.ts';
import { accessTo, type IamContext, saveEntity } from './iam-context.ts';
import { ARN, PROFILE_NAME, requiredText, tagsOf, textList } from './input.ts';
import { existingProfile, profileArn } from './instance-profiles.ts';
import { existingPolicy, policyAccess } from './managed-policies.ts';
import { pageOf } from './paging.ts';
import type { Tag } from './records.ts';

/** How the tags of one kind of resource are read and written. */
interface Taggable {
  readonly noun: 'Role' | 'User' | 'Policy' | 'InstanceProfile';
  access(
    action: string,
    accountId: string,
    input: OperationInput,
    requestTags?: readonly Tag[],
  ): ReturnType<typeof accessTo>;
  read(accountId: string, input: OperationInput): readonly Tag[];
  write(accountId: string, input: OperationInput, tags: readonly Tag[]): void;
}

/** TagRole, UntagPolicy and their like. https://docs.aws.amazon.com/IAM/latest/APIReference/API_TagRole.html */
export function taggingOperations(iam: IamContext): Record<string, Operation> {
  return {
    ...operationsFor(iam, taggableEntity(iam, ROLE)),
    ...operationsFor(iam, taggableEntity(iam, USER)),
    ...operationsFor(iam, taggablePolicy(iam)),
    ...operationsFor(iam, taggableProfile(iam)),
  };
}

function operationsFor(iam: IamContext, kind: Taggable): Record<string, Operation> {
  const { noun } = kind;
  return {
    [`Tag${noun}`]: {
      authorize: (input, { accountId }) => [kind.access(`Tag${noun}`, accountId, input, tagsOf(input))],
      handle(input, { accountId }) {
        kind.write(accountId, input, mergeTags(iam, kind.read(accountId, input), tagsOf(input)));
        return undefined;
      },
    },
    [`Untag${noun}`]: {
      authorize(input, { accountId }) {
        const request = kind.access(`Untag${noun}`, accountId, input);
        return [{ ...request, conditions: { ...request.conditions, 'aws:TagKeys': textList(input, 'TagKeys') } }];
      },
      handle(input, { accountId }) {
        const gone = new Set(textList(input, 'TagKeys').map((key) => key.toLowerCase()));
        const kept = kind.read(accountId, input).filter(({ Key }) => !gone.has(Key.toLowerCase()));
        kind.write(accountId, input, kept);
        return undefined;
      },
    },
    [`List${noun}Tags`]: {
      authorize: (input, { accountId }) => [kind.access(`List${noun}Tags`, accountId, input)],
      handle: (input, { accountId }) => pageOf('Tags', kind.read(accountId, input), input),
    },
  };
}

/** A tag takes the place of one whose key differs by case at most. Throws AwsError LimitExceeded. */
function mergeTags(iam: IamContext, before: readonly Tag[], added: readonly Tag[]): Tag[] {
  const keys = new Set(added.map(({ Key }) => Key.toLowerCase()));
  const tags = [...before.filter(({ Key }) => !keys.has(Key.toLowerCase())), ...added];
  if (tags.length > iam.quotas.tags) {
    throw new AwsError('LimitExceeded', 'The number of tags has reached the maximum limit.', { status: 409 });
  }
  return tags;
}

function taggableEntity(iam: IamContext, kind: EntityKind): Taggable {
  return {
    noun: kind.noun,
    access: (action, accountId, input, requestTags) =>
      kind.access(iam, action, accountId, input, { ...(requestTags && { requestTags }) }),
    read: (accountId, input) => kind.existing(iam, accountId, input).tags,
    write: (accountId, input, tags) => saveEntity(iam, { ...kind.modifiable(iam, accountId, input), tags }),
  };
}

function taggablePolicy(iam: IamContext): Taggable {
  return {
    noun: 'Policy',
    access(action, _accountId, input, requestTags = []) {
      const arn = requiredText(input, 'PolicyArn', ARN);
      return requestTags.length > 0
        ? accessTo(action, arn, { entity: iam.database.policies.get(arn), requestTags })
        : policyAccess(iam, action, input);
    },
    read: (accountId, input) => existingPolicy(iam, accountId, requiredText(input, 'PolicyArn', ARN)).tags,
    write(accountId, input, tags) {
      const policy = existingPolicy(iam, accountId, requiredText(input, 'PolicyArn', ARN));
      iam.database.policies.put(policy.arn, { ...policy, tags }, iam.changeDelay());
    },
  };
}

function taggableProfile(iam: IamContext): Taggable {
  const nameOf = (input: OperationInput) => requiredText(input, 'InstanceProfileName', PROFILE_NAME);
  return {
    noun: 'InstanceProfile',
    access(action, accountId, input, requestTags = []) {
      const profile = iam.database.instanceProfiles.get(entityKey(accountId, nameOf(input)));
      const arn = profile?.arn ?? profileArn(accountId, '/', nameOf(input));
      return accessTo(action, arn, { entity: profile, requestTags });
    },
    read: (accountId, input) => existingProfile(iam, accountId, nameOf(input)).tags,
    write(accountId, input, tags) {
      const profile = existingProfile(iam, accountId, nameOf(input));
      iam.database.instanceProfiles.put(entityKey(accountId, profile.name), { ...profile, tags });
    },
  };
}
