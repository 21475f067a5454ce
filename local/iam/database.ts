import type { Clock } from '../kernel/clock.ts';
import type { Cloud } from '../kernel/service.ts';
import type { Collection, Store } from '../kernel/store.ts';
import type { AccessKeyRecord, InstanceProfileRecord, ManagedPolicyRecord, RoleRecord, UserRecord } from './records.ts';
import { type VersionedRecords, versionedRecords } from './versioned-records.ts';

/** IAM's state in all accounts. Keys: `ACCOUNT/name` in lower case, since names differ by more than case; policies by ARN. */
export interface IamDatabase {
  readonly clock: Clock;
  readonly roles: VersionedRecords<RoleRecord>;
  readonly users: VersionedRecords<UserRecord>;
  readonly policies: VersionedRecords<ManagedPolicyRecord>;
  /** By access key id. */
  readonly accessKeys: VersionedRecords<AccessKeyRecord>;
  readonly instanceProfiles: Collection<InstanceProfileRecord>;
  /** Alias by account. */
  readonly accountAliases: Collection<string>;
  /** Grows with every change that authorisation may depend on. */
  revision(): number;
}

const databases = new WeakMap<Store, IamDatabase>();

/** The one database of a cloud: IAM, STS and the identity check share it, and so its copies in memory. */
export function iamDatabase(cloud: Pick<Cloud, 'store' | 'clock'>): IamDatabase {
  const known = databases.get(cloud.store);
  if (known) return known;
  const { store, clock } = cloud;
  const roles = versionedRecords<RoleRecord>(store.collection('iam.roles'), clock);
  const users = versionedRecords<UserRecord>(store.collection('iam.users'), clock);
  const policies = versionedRecords<ManagedPolicyRecord>(store.collection('iam.policies'), clock);
  const accessKeys = versionedRecords<AccessKeyRecord>(store.collection('iam.accessKeys'), clock);
  const database: IamDatabase = {
    clock,
    roles,
    users,
    policies,
    accessKeys,
    instanceProfiles: store.collection('iam.instanceProfiles'),
    accountAliases: store.collection('iam.accountAliases'),
    revision: () => roles.revision() + users.revision() + policies.revision(),
  };
  databases.set(store, database);
  return database;
}

/** The key of a role, user or instance profile. */
export function entityKey(accountId: string, name: string): string {
  return `${accountId}/${name.toLowerCase()}`;
}

/** The account and name in `arn:aws:iam::111111111111:role/path/name`; undefined if it is no ARN of that kind. */
export function parseEntityArn(arn: string, kind: 'role' | 'user'): { accountId: string; name: string } | undefined {
  const match = /^arn:aws:iam::(\d{12}):(role|user)\/(?:.*\/)?([^/]+)$/.exec(arn);
  if (!match?.[1] || !match[3] || match[2] !== kind) return undefined;
  return { accountId: match[1], name: match[3] };
}
