import { AwsError } from '../kernel/errors.ts';
import type { OperationInput } from '../kernel/service.ts';
import type { Tag } from './records.ts';

/** InvalidParameterValue. */
export function invalidValue(message: string): AwsError {
  return new AwsError('InvalidParameterValue', message);
}

/** A text member that must be there. Throws MissingParameter. */
export function requiredText(input: OperationInput, member: string): string {
  const value: unknown = input[member];
  if (typeof value === 'string' && value !== '') return value;
  const name = member.charAt(0).toLowerCase() + member.slice(1);
  throw new AwsError('MissingParameter', `The request must contain the parameter ${name}`);
}

/** A list of texts; empty if absent. Throws InvalidParameterValue. */
export function textList(input: OperationInput, member: string): string[] {
  const raw: unknown = input[member] ?? [];
  if (Array.isArray(raw) && raw.every((item) => typeof item === 'string')) return raw;
  throw invalidValue(`Value for parameter ${member} is invalid.`);
}

/** A boolean, as such or as text. */
export function isTrue(value: unknown): boolean {
  return value === true || value === 'true';
}

/** The tags that the request gives to new resources of the kind. Throws InvalidParameterValue. */
export function tagsFor(input: OperationInput, resourceType: string): Tag[] {
  const specifications: OperationInput[] = input.TagSpecifications ?? [];
  const other = specifications.find(({ ResourceType }) => ResourceType !== resourceType);
  if (other) {
    throw invalidValue(`'${String(other.ResourceType)}' is not a valid taggable resource type for this operation.`);
  }
  return checkedTags(specifications.flatMap(({ Tags }) => Tags ?? []));
}

/** Tags as EC2 takes them: fifty at most. Throws InvalidParameterValue, TagLimitExceeded. */
export function checkedTags(tags: readonly OperationInput[]): Tag[] {
  if (tags.length > 50)
    throw new AwsError('TagLimitExceeded', 'The maximum number of Tags for a resource has been reached.');
  return tags.map(({ Key, Value }) => {
    if (typeof Key !== 'string' || Key === '' || Key.length > 127)
      throw invalidValue('Tag keys have 1 to 127 characters.');
    if (Key.startsWith('aws:')) {
      throw invalidValue("Tag keys starting with 'aws:' are reserved for internal use");
    }
    return { Key, Value: String(Value ?? '').slice(0, 255) };
  });
}
