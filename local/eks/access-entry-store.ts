import { randomUUID } from 'node:crypto';
import type { Caller } from '../kernel/service.ts';
import { CLUSTER_ADMIN } from './access-policies.ts';
import { eksArn, ownedKey } from './database.ts';
import type { EksEngine } from './engine.ts';
import { notFound } from './errors.ts';
import { type Principal, principalOf } from './principals.ts';
import { changed } from './propagation.ts';
import type { AccessEntryRecord, ClusterRecord } from './records.ts';

/** The API's answer at once; the Kubernetes API follows after the propagation delay. */
export function putEntry(engine: EksEngine, cluster: ClusterRecord, entry: AccessEntryRecord): void {
  write(engine, cluster, entry.principalArn, entry);
}

export function deleteEntry(engine: EksEngine, cluster: ClusterRecord, principalArn: string): void {
  write(engine, cluster, principalArn, undefined);
}

function write(
  engine: EksEngine,
  cluster: ClusterRecord,
  principalArn: string,
  entry: AccessEntryRecord | undefined,
): void {
  const key = ownedKey(cluster, principalArn);
  const { accessEntries } = engine.database;
  const now = engine.cloud.clock.now();
  const at = now + engine.durations.accessEntryPropagation;
  if (entry) rememberPrincipal(engine, cluster, entry);
  accessEntries.put(key, changed(accessEntries.get(key), entry, { now, at }));
}

function rememberPrincipal(engine: EksEngine, cluster: ClusterRecord, entry: AccessEntryRecord): void {
  engine.database.principalArns.put(ownedKey(cluster, entry.principalId), entry.principalArn);
}

/** All entries the API shows. */
export function currentEntries(engine: EksEngine, cluster: ClusterRecord): AccessEntryRecord[] {
  return engine.database.accessEntries
    .entries(ownedKey(cluster, ''))
    .flatMap(([, { current }]) => (current ? [current] : []));
}

export function currentEntry(
  engine: EksEngine,
  cluster: ClusterRecord,
  principalArn: string,
): AccessEntryRecord | undefined {
  return engine.database.accessEntries.get(ownedKey(cluster, principalArn))?.current;
}

/** Throws ResourceNotFoundException, with AWS's text, for a principal without an entry. */
export function requireEntry(engine: EksEngine, cluster: ClusterRecord, principalArn: string): AccessEntryRecord {
  const entry = currentEntry(engine, cluster, principalArn);
  if (entry) return entry;
  throw notFound(
    "The specified principalArn could not be found. You can view your available access entries with 'list-access-entries'.",
    { clusterName: cluster.name },
  );
}

/** A new entry with what follows from the principal. */
export function newEntry(
  engine: EksEngine,
  cluster: ClusterRecord,
  principal: Principal,
  given: Pick<AccessEntryRecord, 'type' | 'kubernetesGroups' | 'tags' | 'policies'> & { username?: string },
): AccessEntryRecord {
  const now = engine.cloud.clock.now();
  const { accountId, arn, id, kind, name } = principal;
  const resource = `access-entry/${cluster.name}/${kind}/${accountId}/${name}/${randomUUID()}`;
  return {
    ...given,
    principalArn: arn,
    principalId: id,
    arn: eksArn(cluster, resource),
    username: given.username ?? defaultUsername(principal),
    createdAt: now,
    modifiedAt: now,
  };
}

/** https://docs.aws.amazon.com/eks/latest/userguide/creating-access-entries.html ("Username") */
export function defaultUsername({
  kind,
  accountId,
  name,
  arn,
}: Pick<Principal, 'kind' | 'accountId' | 'name' | 'arn'>): string {
  return kind === 'role' ? `arn:aws:sts::${accountId}:assumed-role/${name}/{{SessionName}}` : arn;
}

/** bootstrapClusterCreatorAdminPermissions: whoever created the cluster administers it. At once: the cluster is not up yet. */
export function bootstrapCreator(engine: EksEngine, cluster: ClusterRecord, caller: Caller): void {
  const principal = principalOf(engine, caller);
  if (!principal) return;
  const now = engine.cloud.clock.now();
  const accessScope = { type: 'cluster', namespaces: [] } as const;
  const entry = newEntry(engine, cluster, principal, {
    type: 'STANDARD',
    kubernetesGroups: [],
    tags: {},
    policies: [
      { policyArn: CLUSTER_ADMIN, accessScope: { ...accessScope, namespaces: [] }, associatedAt: now, modifiedAt: now },
    ],
  });
  rememberPrincipal(engine, cluster, entry);
  engine.database.accessEntries.put(ownedKey(cluster, entry.principalArn), changed(undefined, entry, { now, at: now }));
}
