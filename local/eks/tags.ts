import type { Operation, OperationInput, RequestContext } from '../kernel/service.ts';
import { currentEntries, putEntry } from './access-entry-store.ts';
import { clusterArn } from './cluster-view.ts';
import { clusterKey, ownedBy, ownedKey } from './database.ts';
import type { EksEngine } from './engine.ts';
import { notFound } from './errors.ts';
import { tagMap, textList } from './input.ts';
import type { ClusterRecord } from './records.ts';
import { requestTagConditions, resourceTagConditions } from './tag-conditions.ts';

interface Tagged {
  tags: Record<string, string>;
  save(tags: Record<string, string>): void;
}

/** TagResource, UntagResource, ListTagsForResource, for clusters and what belongs to them. */
export function tagOperations(engine: EksEngine): Record<string, Operation> {
  const authorize = (action: string) => (input: OperationInput, context: RequestContext) => [
    {
      action: `eks:${action}`,
      resource: String(input.resourceArn),
      conditions: {
        ...resourceTagConditions(find(engine, context, input.resourceArn)?.tags),
        ...requestTagConditions(input.tags),
        ...(input.tagKeys !== undefined && { 'aws:TagKeys': keys(input) }),
      },
    },
  ];
  return {
    TagResource: {
      http: { method: 'POST', uri: '/tags/{resourceArn}' },
      authorize: authorize('TagResource'),
      handle(input, context) {
        const tagged = requireTagged(engine, context, input);
        tagged.save(tagMap({ tags: { ...tagged.tags, ...tagMap(input) } }));
        return {};
      },
    },
    UntagResource: {
      http: { method: 'DELETE', uri: '/tags/{resourceArn}' },
      authorize: authorize('UntagResource'),
      handle(input, context) {
        const tagged = requireTagged(engine, context, input);
        const gone = new Set(keys(input));
        tagged.save(Object.fromEntries(Object.entries(tagged.tags).filter(([key]) => !gone.has(key))));
        return {};
      },
    },
    ListTagsForResource: {
      http: { method: 'GET', uri: '/tags/{resourceArn}' },
      authorize: authorize('ListTagsForResource'),
      handle: (input, context) => ({ tags: requireTagged(engine, context, input).tags }),
    },
  };
}

/** One key in the query is a text, several are a list. */
function keys(input: OperationInput): string[] {
  return typeof input.tagKeys === 'string' ? [input.tagKeys] : textList(input, 'tagKeys');
}

function requireTagged(engine: EksEngine, context: RequestContext, input: OperationInput): Tagged {
  const tagged = find(engine, context, input.resourceArn);
  if (!tagged) throw notFound(`The specified resource could not be found: ${String(input.resourceArn)}`);
  return tagged;
}

function find(engine: EksEngine, context: RequestContext, resourceArn: unknown): Tagged | undefined {
  const { addons, clusters, nodegroups, podIdentities } = engine.database;
  const name = String(resourceArn).match(/^arn:aws:eks:[^:]+:\d{12}:[a-z-]+\/([^/]+)/)?.[1] ?? '';
  const cluster: ClusterRecord | undefined = clusters.get(clusterKey(context, name));
  if (!cluster) return undefined;
  if (resourceArn === clusterArn(cluster))
    return { tags: cluster.tags, save: (tags) => clusters.put(clusterKey(cluster, name), { ...cluster, tags }) };
  const addon = ownedBy(addons, cluster).find(({ arn }) => arn === resourceArn);
  if (addon)
    return { tags: addon.tags, save: (tags) => addons.put(ownedKey(cluster, addon.addonName), { ...addon, tags }) };
  const nodegroup = ownedBy(nodegroups, cluster).find(({ arn }) => arn === resourceArn);
  if (nodegroup) {
    const key = ownedKey(cluster, nodegroup.nodegroupName);
    return { tags: nodegroup.tags, save: (tags) => nodegroups.put(key, { ...nodegroup, tags }) };
  }
  const entry = currentEntries(engine, cluster).find(({ arn }) => arn === resourceArn);
  if (entry) return { tags: entry.tags, save: (tags) => putEntry(engine, cluster, { ...entry, tags }) };
  const association = ownedBy(podIdentities, cluster).find(({ arn }) => arn === resourceArn);
  return (
    association && {
      tags: association.tags,
      save: (tags) => podIdentities.put(ownedKey(cluster, association.associationId), { ...association, tags }),
    }
  );
}
