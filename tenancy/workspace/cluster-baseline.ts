import { createHash } from 'node:crypto';
import { vclusterClusterRoles } from '../vcluster/cluster-roles.ts';
import { probePolicy } from './admission/protection.ts';
import { type MutatingPolicyVersion, tierNodeMutation } from './admission/tier-nodes.ts';
import { admissionPolicies } from './admission-policies.ts';
import { baselineRelease, baselineReleaseLabel } from './baseline-releases.ts';
import { type ClusterNetworkPolicyType, clusterNetworkPolicies, networkPolicyController } from './cluster-network.ts';
import { clusterRoles } from './cluster-roles.ts';
import type { KubernetesObject } from './kubernetes-object.ts';
import { lifeClusterRoles } from './life-access.ts';
import { baselineVersionLabel, managedBy, managedByLabel } from './names.ts';
import { nodePoolObjects, type TierPool } from './node-pools.ts';
import { platformAccess } from './platform-access.ts';
import { priorityClasses } from './priority-classes.ts';
import { storageClasses } from './storage-classes.ts';

/** What the baseline of one cluster depends on, beside this code. */
export interface BaselineFacts {
  /** The tiers that have nodes of their own. */
  readonly pools: readonly TierPool[];
  /** The cluster is in Auto Mode. */
  readonly autoMode?: {
    /** `spec` of its built-in NodeClass; left out while no pool needs it. */
    readonly nodeClass?: Readonly<Record<string, unknown>>;
  };
  readonly clusterNetworkPolicy?: ClusterNetworkPolicyType;
  readonly mutatingPolicy?: MutatingPolicyVersion;
}

/** A cluster that serves nothing beside Kubernetes' own kinds, and tiers that share its nodes. */
export const plainCluster: BaselineFacts = { pools: [] };

/**
 * What every cluster that tenants live in has once, before the first tenant: the cluster roles of tenants and of virtual
 * clusters, priority classes, storage, the admission pack, and where the cluster serves those kinds nodes per tier and policies
 * of the whole network. Each object is labelled with the version, so that one list tells whether a cluster is up to date.
 */
export function clusterBaseline(facts: BaselineFacts = plainCluster): KubernetesObject[] {
  const objects = contents(facts);
  const version = versionOf(objects);
  const labels = {
    [managedByLabel]: managedBy,
    [baselineVersionLabel]: version,
    [baselineReleaseLabel]: String(baselineRelease),
  };
  return objects.map((object) => ({
    ...(object.metadata.name === probePolicy ? sayingVersion(object, version) : object),
    metadata: { ...object.metadata, labels },
  }));
}

function sayingVersion(object: KubernetesObject, version: string): KubernetesObject {
  if (object.kind !== 'ValidatingAdmissionPolicy') return object;
  const spec = object.spec as { validations: { message: string }[] };
  const validations = spec.validations.map((validation) => ({
    ...validation,
    message: `${validation.message} Baseline ${version}.`,
  }));
  return { ...object, spec: { ...spec, validations } };
}

/** Twelve hexadecimal digits over the content: any change of the baseline is a new version, and nobody has to remember to count. */
export function baselineVersion(facts: BaselineFacts = plainCluster): string {
  return versionOf(contents(facts));
}

function versionOf(objects: readonly KubernetesObject[]): string {
  return createHash('sha256').update(JSON.stringify(objects)).digest('hex').slice(0, 12);
}

function contents({ pools, autoMode, clusterNetworkPolicy, mutatingPolicy }: BaselineFacts): KubernetesObject[] {
  const pooled = pools.map(({ tier }) => tier).sort();
  return [
    ...clusterRoles(),
    ...vclusterClusterRoles(),
    ...lifeClusterRoles(),
    ...platformAccess(),
    ...priorityClasses(),
    ...storageClasses(),
    ...admissionPolicies(pooled),
    ...(mutatingPolicy === undefined ? [] : tierNodeMutation(mutatingPolicy, pooled)),
    ...(clusterNetworkPolicy === undefined ? [] : clusterNetworkPolicies(clusterNetworkPolicy)),
    ...(autoMode === undefined ? [] : [networkPolicyController()]),
    ...(autoMode?.nodeClass === undefined ? [] : nodePoolObjects(pools, autoMode.nodeClass)),
  ];
}
