import type { Operation, OperationInput } from '../kernel/service.ts';
import { invalidInput, notFound } from './errors.ts';
import { nodeArn, policyArn } from './identifiers.ts';
import { checkedTagCount, requiredText, tagsOf } from './input.ts';
import { type Acted, type OrganizationCall, organizationOperation } from './operation.ts';
import { pageOf } from './paging.ts';
import type { OrganizationsParts } from './parts.ts';
import type { OrganizationRecord, Tag } from './records.ts';

const RESOURCE_ID = {
  max: 130,
  pattern: /^(r-[0-9a-z]{4,32}|\d{12}|ou-[0-9a-z]{4,32}-[a-z0-9]{8,32}|p-[0-9a-zA-Z_]{8,128}|rp-[0-9a-zA-Z_]{4,128})$/,
};

/** Something that carries tags. */
interface Taggable {
  readonly arn: string;
  readonly tags: readonly Tag[];
  save(tags: Tag[]): void;
}

/** Tags of roots, units, accounts and policies. https://docs.aws.amazon.com/organizations/latest/APIReference/API_TagResource.html */
export function tagOperations(parts: OrganizationsParts): Record<string, Operation> {
  const resources = (input: OperationInput, organization: OrganizationRecord): Acted[] => {
    const found = taggable(parts, organization, String(input.ResourceId));
    return found ? [{ arn: found.arn, tags: found.tags }] : [];
  };
  const target = (input: OperationInput, { organization }: OrganizationCall): Taggable => {
    const found = taggable(parts, organization, requiredText(input, 'ResourceId', RESOURCE_ID));
    if (!found) throw notFound('TargetNotFoundException');
    return found;
  };
  const modifies = (input: OperationInput) => String(input.ResourceId);
  return {
    TagResource: organizationOperation(parts, 'TagResource', {
      by: 'policy',
      resources,
      modifies,
      handle(input, call) {
        const resource = target(input, call);
        const added = tagsOf(input);
        const kept = resource.tags.filter(({ Key }) => !added.some((tag) => tag.Key === Key));
        resource.save(checkedTagCount([...kept, ...added]));
        return undefined;
      },
    }),
    UntagResource: organizationOperation(parts, 'UntagResource', {
      by: 'policy',
      resources,
      modifies,
      conditions: (input) => ({ 'aws:TagKeys': Array.isArray(input.TagKeys) ? input.TagKeys.map(String) : [] }),
      handle(input, call) {
        const resource = target(input, call);
        const keys: unknown = input.TagKeys;
        if (!Array.isArray(keys)) throw invalidInput('INPUT_REQUIRED', 'You must specify a value for TagKeys.');
        resource.save(resource.tags.filter(({ Key }) => !keys.includes(Key)));
        return undefined;
      },
    }),
    ListTagsForResource: organizationOperation(parts, 'ListTagsForResource', {
      by: 'delegated',
      resources,
      handle(input, call) {
        const tags = target(input, call).tags.toSorted((a, b) => (a.Key < b.Key ? -1 : 1));
        return pageOf(
          'Tags',
          tags,
          ({ Key }) => Key,
          (tag) => tag,
          { NextToken: input.NextToken },
        );
      },
    }),
  };
}

function taggable(parts: OrganizationsParts, organization: OrganizationRecord, id: string): Taggable | undefined {
  const { database } = parts;
  const node = database.node(organization.id, id);
  if (node) {
    return {
      arn: nodeArn(organization, node),
      tags: node.tags,
      save: (tags) => parts.save({ ...node, tags }),
    };
  }
  const { resourcePolicy } = organization;
  if (resourcePolicy?.id === id) {
    return {
      arn: `arn:aws:organizations::${organization.managementAccountId}:resourcepolicy/${organization.id}/${id}`,
      tags: resourcePolicy.tags,
      save: (tags) => database.putOrganization({ ...organization, resourcePolicy: { ...resourcePolicy, tags } }),
    };
  }
  const policy = database.policies.get(`${organization.id}/${id}`);
  return (
    policy && {
      arn: policyArn(organization, policy),
      tags: policy.tags,
      save: (tags) => parts.savePolicy({ ...policy, tags }),
    }
  );
}
