import { AwsError } from '../kernel/errors.ts';
import type { Cloud, Operation } from '../kernel/service.ts';
import { page } from './describe.ts';
import { checkedTags, invalidValue, textList } from './input.ts';
import { KIND_FACTS, kindOf } from './kinds.ts';
import type { Network } from './network.ts';
import { ec2Operation } from './operation.ts';
import type { Kind, Tag } from './records.ts';

/** https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateTags.html */
export function tagOperations(cloud: Cloud): Record<string, Operation> {
  return {
    CreateTags: ec2Operation(cloud, 'CreateTags', {
      on: ['Resources'],
      handle(input, network) {
        const ids = existingIds(network, input);
        const added = checkedTags(input.Tags ?? []);
        const next = ids.map((id) => [id, merged(network.tags(id), added)] as const);
        network.transaction(() => {
          for (const [id, tags] of next) network.putTags(id, tags);
        });
        return undefined;
      },
    }),
    DeleteTags: ec2Operation(cloud, 'DeleteTags', {
      on: ['Resources'],
      handle(input, network) {
        const ids = existingIds(network, input);
        const gone: { Key: string; Value?: string }[] = input.Tags ?? [];
        const goes = (tag: Tag) =>
          input.Tags === undefined ||
          gone.some(({ Key, Value }) => Key === tag.Key && (Value === undefined || Value === tag.Value));
        network.transaction(() => {
          for (const id of ids)
            network.putTags(
              id,
              network.tags(id).filter((tag) => !goes(tag)),
            );
        });
        return undefined;
      },
    }),
    DescribeTags: ec2Operation(cloud, 'DescribeTags', {
      handle(input, network) {
        const all = allTags(network).filter((tag) => {
          const asked: { Name: string; Values: string[] }[] = input.Filters ?? [];
          return asked.every(({ Name, Values }) => {
            const value = {
              'resource-id': tag.ResourceId,
              'resource-type': tag.ResourceType,
              key: tag.Key,
              value: tag.Value,
            };
            const found = Object.entries(value).find(([name]) => name === Name)?.[1];
            if (found === undefined) throw invalidValue(`The filter '${Name}' is invalid`);
            return Values.includes(found);
          });
        });
        return page('Tags', all, input);
      },
    }),
  };
}

function existingIds(network: Network, input: object): string[] {
  const ids = textList(input, 'Resources');
  for (const id of ids) {
    const kind = kindOf(id);
    if (!kind) throw new AwsError('InvalidID', `The ID '${id}' is not valid`);
    network.existing(kind, id);
  }
  return ids;
}

function merged(before: readonly Tag[], added: readonly Tag[]): Tag[] {
  const kept = before.filter(({ Key }) => !added.some((tag) => tag.Key === Key));
  return checkedTags([...kept, ...added]);
}

function allTags(network: Network) {
  return (Object.keys(KIND_FACTS) as Kind[]).flatMap((kind) =>
    network
      .list(kind)
      .flatMap(({ id }) => network.tags(id).map((tag) => ({ ResourceId: id, ResourceType: kind, ...tag }))),
  );
}
