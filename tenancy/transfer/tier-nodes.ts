import type { KubernetesObject } from '../workspace/kubernetes-object.ts';
import { tierLabel } from '../workspace/names.ts';
import { nodePlacement } from '../workspace/node-pools.ts';
import type { WorkspaceNumbers } from '../workspace/numbers.ts';
import { type Fields, isFields, mapFields, without, withoutItems } from './fields.ts';
import { groupOf } from './named.ts';

/** The nodes that pods of a place run on: those that all tiers share, or the tier's own. */
export type TierNodes = 'shared' | { readonly tier: string };

/** By what the configuration says about the tier. */
export function nodesOf(tier: string, { nodePool }: Pick<WorkspaceNumbers, 'nodePool'>): TierNodes {
  return nodePool === undefined ? 'shared' : { tier };
}

/** What becomes of the names of a tier's nodes. */
export interface NodeChange {
  readonly nodes: TierNodes;
  /** Whether pods have to name the tier's own nodes: they do in a namespace; in virtual clusters the syncer writes it. */
  readonly demanded: boolean;
}

/** The groups of Kubernetes' own kinds with pods in them; a custom resource may have no field for what is demanded. */
const withPods: readonly string[] = ['', 'apps', 'batch'];

/**
 * The object with `tenantry.dev/tier` on the nodes of the new tier, wherever a pod names nodes (selector, tolerations, affinity): another tier's
 * are closed to it. Nothing names them where the tier has no nodes of its own. Where they are demanded, pods that name none get them,
 * since pods of templates that do not would be refused one by one, after the transfer.
 */
export function withTierNodes(object: KubernetesObject, { nodes, demanded }: NodeChange): KubernetesObject {
  const { metadata, ...rest } = object;
  const filled = demanded && withPods.includes(groupOf(object));
  const changed = mapFields(rest, (fields) => {
    const renamed = affinity(tolerations(selector(fields, nodes), nodes), nodes);
    return filled && nodes !== 'shared' && Array.isArray(fields['containers']) ? placed(renamed, nodes.tier) : renamed;
  }) as Omit<KubernetesObject, 'metadata'>;
  return { ...changed, metadata } as KubernetesObject;
}

function selector(fields: Fields, nodes: TierNodes): Fields {
  const { nodeSelector } = fields;
  if (!isFields(nodeSelector) || nodeSelector[tierLabel] === undefined) return fields;
  if (nodes !== 'shared') return { ...fields, nodeSelector: { ...nodeSelector, [tierLabel]: nodes.tier } };
  const kept = without(nodeSelector, tierLabel);
  return Object.keys(kept).length === 0 ? without(fields, 'nodeSelector') : { ...fields, nodeSelector: kept };
}

/** `Exists` tolerates every tier's taint, and no tier admits it: it is the new tier's too to refuse. */
function tolerations(fields: Fields, nodes: TierNodes): Fields {
  const list = fields['tolerations'];
  const named = ({ key, operator }: Fields) => key === tierLabel && operator !== 'Exists';
  if (!Array.isArray(list) || !list.some((each) => isFields(each) && named(each))) return fields;
  if (nodes === 'shared') return withoutItems(fields, 'tolerations', named);
  const renamed = list.map((each) => (isFields(each) && named(each) ? { ...each, value: nodes.tier } : each));
  return { ...fields, tolerations: renamed };
}

function affinity(fields: Fields, nodes: TierNodes): Fields {
  const { nodeAffinity } = fields;
  if (!isFields(nodeAffinity)) return fields;
  const changed = preferred(required(nodeAffinity, nodes), nodes);
  return Object.keys(changed).length === 0 ? without(fields, 'nodeAffinity') : { ...fields, nodeAffinity: changed };
}

const requiredKey = 'requiredDuringSchedulingIgnoredDuringExecution';
const preferredKey = 'preferredDuringSchedulingIgnoredDuringExecution';

/** One of the terms has to hold; a term that wants nothing any more holds always (as it stands, it would hold never). */
function required(nodeAffinity: Fields, nodes: TierNodes): Fields {
  const selection = nodeAffinity[requiredKey];
  const terms = isFields(selection) ? selection['nodeSelectorTerms'] : undefined;
  if (!isFields(selection) || !Array.isArray(terms)) return nodeAffinity;
  const changed = terms.map((each) => (isFields(each) ? term(each, nodes) : each));
  if (changed.includes(undefined)) return without(nodeAffinity, requiredKey);
  return { ...nodeAffinity, [requiredKey]: { ...selection, nodeSelectorTerms: changed } };
}

function preferred(nodeAffinity: Fields, nodes: TierNodes): Fields {
  const list = nodeAffinity[preferredKey];
  if (!Array.isArray(list)) return nodeAffinity;
  const changed = list.flatMap((each: unknown) => {
    if (!isFields(each) || !isFields(each['preference'])) return [each];
    const preference = term(each['preference'], nodes);
    return preference === undefined ? [] : [{ ...each, preference }];
  });
  return changed.length === 0 ? without(nodeAffinity, preferredKey) : { ...nodeAffinity, [preferredKey]: changed };
}

/** Undefined if all that the term wanted is nothing to want any more. */
function term(fields: Fields, nodes: TierNodes): Fields | undefined {
  const { matchExpressions } = fields;
  if (!Array.isArray(matchExpressions)) return fields;
  const changed = matchExpressions.flatMap((each: unknown) => (isFields(each) ? expression(each, nodes) : [each]));
  if (changed.length > 0 || matchExpressions.length === 0) return { ...fields, matchExpressions: changed };
  const rest = without(fields, 'matchExpressions');
  return Object.keys(rest).length === 0 ? undefined : rest;
}

/** https://kubernetes.io/docs/concepts/scheduling-eviction/assign-pod-node/#operators */
function expression(fields: Fields, nodes: TierNodes): Fields[] {
  if (fields['key'] !== tierLabel) return [fields];
  const operator = String(fields['operator']);
  if (nodes === 'shared') return ['In', 'Exists'].includes(operator) ? [] : [fields];
  if (operator === 'In') return [{ ...fields, values: [nodes.tier] }];
  return ['DoesNotExist', 'NotIn'].includes(operator) ? [] : [fields];
}

function placed(pod: Fields, tier: string): Fields {
  const wanted = nodePlacement(tier);
  const nodeSelector = isFields(pod['nodeSelector']) ? pod['nodeSelector'] : {};
  const list: unknown[] = Array.isArray(pod['tolerations']) ? pod['tolerations'] : [];
  const tolerated = list.some((each) => isFields(each) && each['key'] === tierLabel);
  return {
    ...pod,
    nodeSelector: { ...nodeSelector, ...wanted.nodeSelector },
    tolerations: tolerated ? list : [...list, ...wanted.tolerations],
  };
}
