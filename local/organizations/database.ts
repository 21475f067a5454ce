import { type VersionedRecords, versionedRecords } from '../iam/versioned-records.ts';
import type { Clock } from '../kernel/clock.ts';
import type { Collection, Store } from '../kernel/store.ts';
import type { AccountNode, CreateRequestRecord, NodeRecord, OrganizationRecord, PolicyRecord } from './records.ts';

/** Times of accounts, which nearly every call of any service asks for. */
export interface AccountTimes {
  /** Milliseconds of the cloud's clock. */
  get(accountId: string): number | undefined;
  put(accountId: string, time: number): void;
}

/** The organizations of the local cloud. */
export interface OrganizationsDatabase {
  readonly organizations: Collection<OrganizationRecord>;
  /** Emails of all accounts there ever were, in lower case, with the account: AWS never takes one twice. */
  readonly emails: Collection<string>;
  readonly requests: Collection<CreateRequestRecord>;
  /** When an account was created by Organizations, closed ones included; by account. */
  readonly births: AccountTimes;
  /** When an account was closed, for good; by account. */
  readonly closed: AccountTimes;
  /** By `ORGANIZATION/id`; lists and policy evaluation see changes later. */
  readonly nodes: VersionedRecords<NodeRecord>;
  readonly policies: VersionedRecords<PolicyRecord>;
  /** The organization that the account is in. */
  organizationOf(accountId: string): OrganizationRecord | undefined;
  putOrganization(organization: OrganizationRecord): void;
  deleteOrganization(id: string): void;
  node(organizationId: string, id: string): NodeRecord | undefined;
  /** Stores a node; lists see it `delay` milliseconds later. */
  putNode(node: NodeRecord, delay: number): void;
  deleteNode(node: NodeRecord): void;
  account(organizationId: string, id: string): AccountNode | undefined;
  /** Current accounts of the organization, the management account among them, in no order. */
  accounts(organizationId: string): AccountNode[];
  /** Requests of the organization that are in progress. */
  inProgress(organizationId: string): CreateRequestRecord[];
  putRequest(request: CreateRequestRecord): void;
}

const databases = new WeakMap<Store, OrganizationsDatabase>();

/** The one database of a cloud: the service, the identity check and the readiness of accounts share it. */
export function organizationsDatabase(cloud: { store: Store; clock: Clock }): OrganizationsDatabase {
  const known = databases.get(cloud.store);
  if (known) return known;
  const made = openDatabase(cloud);
  databases.set(cloud.store, made);
  return made;
}

function openDatabase({ store, clock }: { store: Store; clock: Clock }): OrganizationsDatabase {
  const organizations = store.collection<OrganizationRecord>('organizations.organizations');
  const requests = store.collection<CreateRequestRecord>('organizations.requests');
  const nodes = versionedRecords<NodeRecord>(store.collection('organizations.nodes'), clock);
  // Read at every authorised call, so kept in memory.
  const current = new Map(organizations.entries());
  const memberships = new Map(
    nodes.values('').flatMap((node) => (node.account ? [[node.id, node.organizationId] as const] : [])),
  );
  const open = new Map(requests.entries().filter(([, { state }]) => state === 'IN_PROGRESS'));
  const account = (organizationId: string, id: string) => asAccount(nodes.get(`${organizationId}/${id}`));
  return {
    organizations,
    requests,
    nodes,
    emails: store.collection('organizations.emails'),
    births: accountTimes(store.collection('organizations.births')),
    closed: accountTimes(store.collection('organizations.closed')),
    policies: versionedRecords<PolicyRecord>(store.collection('organizations.policies'), clock),
    organizationOf: (accountId) => current.get(memberships.get(accountId) ?? ''),
    putOrganization(organization) {
      organizations.put(organization.id, organization);
      current.set(organization.id, organization);
    },
    deleteOrganization(id) {
      organizations.delete(id);
      current.delete(id);
    },
    node: (organizationId, id) => nodes.get(`${organizationId}/${id}`),
    putNode(node, delay) {
      nodes.put(`${node.organizationId}/${node.id}`, node, delay);
      if (node.account) memberships.set(node.id, node.organizationId);
    },
    deleteNode(node) {
      nodes.delete(`${node.organizationId}/${node.id}`, 0);
      memberships.delete(node.id);
    },
    account,
    accounts: (organizationId) =>
      nodes.values(`${organizationId}/`).flatMap((node) => {
        const found = asAccount(node);
        return found ? [found] : [];
      }),
    inProgress: (organizationId) => [...open.values()].filter((request) => request.organizationId === organizationId),
    putRequest(request) {
      requests.put(request.id, request);
      if (request.state === 'IN_PROGRESS') open.set(request.id, request);
      else open.delete(request.id);
    },
  };
}

/** Kept in memory beside the store. */
function accountTimes(collection: Collection<number>): AccountTimes {
  const times = new Map(collection.entries());
  return {
    get: (accountId) => times.get(accountId),
    put(accountId, time) {
      collection.put(accountId, time);
      times.set(accountId, time);
    },
  };
}

/** The node as an account, if it is one. */
export function asAccount(node: NodeRecord | undefined): AccountNode | undefined {
  return node?.account && node.parentId ? { ...node, account: node.account, parentId: node.parentId } : undefined;
}
