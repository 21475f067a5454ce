import type { Cloud, RequestContext } from '../kernel/service.ts';
import type { Collection } from '../kernel/store.ts';
import { noCluster } from './errors.ts';
import type { Versioned } from './propagation.ts';
import type {
  AccessEntryRecord,
  AddonRecord,
  ClusterRecord,
  NodegroupRecord,
  PodIdentityRecord,
  UpdateRecord,
} from './records.ts';

/** Clusters by `account/region/name`; what belongs to a cluster by `account/region/name/own key`. */
export interface EksDatabase {
  readonly clusters: Collection<ClusterRecord>;
  readonly updates: Collection<UpdateRecord>;
  readonly accessEntries: Collection<Versioned<AccessEntryRecord>>;
  /** ARN by principal id (`account/region/name/AROA…`): an access review knows only the id, and a cluster may have 3,000 entries. */
  readonly principalArns: Collection<string>;
  readonly addons: Collection<AddonRecord>;
  readonly nodegroups: Collection<NodegroupRecord>;
  readonly podIdentities: Collection<PodIdentityRecord>;
}

export function eksDatabase({ store }: Pick<Cloud, 'store'>): EksDatabase {
  return {
    clusters: store.collection('eks.clusters'),
    updates: store.collection('eks.updates'),
    accessEntries: store.collection('eks.access-entries'),
    principalArns: store.collection('eks.principal-arns'),
    addons: store.collection('eks.addons'),
    nodegroups: store.collection('eks.nodegroups'),
    podIdentities: store.collection('eks.pod-identity-associations'),
  };
}

type Place = Pick<ClusterRecord, 'accountId' | 'region'>;

export function clusterKey(place: Place, name: string): string {
  return `${place.accountId}/${place.region}/${name}`;
}

/** The cluster of the caller's account and region. Throws ResourceNotFoundException. */
export function findCluster(database: EksDatabase, context: RequestContext, name: unknown): ClusterRecord {
  const cluster = typeof name === 'string' ? database.clusters.get(clusterKey(context, name)) : undefined;
  if (!cluster) throw noCluster(String(name));
  return cluster;
}

/** Key of something that belongs to the cluster. */
export function ownedKey(cluster: Place & Pick<ClusterRecord, 'name'>, key: string): string {
  return `${clusterKey(cluster, cluster.name)}/${key}`;
}

/** Everything in the collection that belongs to the cluster. */
export function ownedBy<T>(collection: Collection<T>, cluster: ClusterRecord): T[] {
  return collection.entries(ownedKey(cluster, '')).map(([, value]) => value);
}

/** ARN of something of EKS in the place ("cluster/NAME"). */
export function eksArn(place: Place, resource: string): string {
  return `arn:aws:eks:${place.region}:${place.accountId}:${resource}`;
}
