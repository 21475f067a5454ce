import { randomBytes } from 'node:crypto';
import type { Clock } from '../kernel/clock.ts';
import { AwsError } from '../kernel/errors.ts';
import type { Cloud } from '../kernel/service.ts';
import type { Store } from '../kernel/store.ts';
import { quotaValue } from '../servicequotas/quota-store.ts';
import { KIND_FACTS } from './kinds.ts';
import type { Kind, Kinds, Tag } from './records.ts';

/** Resources belong to a region of an account. */
export interface Scope {
  readonly accountId: string;
  readonly region: string;
}

/** The network of one region of one account. */
export interface Network {
  readonly scope: Scope;
  readonly clock: Clock;
  get<K extends Kind>(kind: K, id: string): Kinds[K] | undefined;
  /** Throws the kind's NotFound error. */
  existing<K extends Kind>(kind: K, id: string): Kinds[K];
  list<K extends Kind>(kind: K): Kinds[K][];
  put<K extends Kind>(kind: K, record: Kinds[K]): void;
  delete(kind: Kind, id: string): void;
  tags(id: string): readonly Tag[];
  putTags(id: string, tags: readonly Tag[]): void;
  /** The value of a quota that is in force. */
  quota(code: string): number;
  transaction<R>(work: () => R): R;
}

/** The network of a region, as it is kept in the store. */
export function networkOf(cloud: Pick<Cloud, 'store' | 'clock'>, scope: Scope): Network {
  const { store, clock } = cloud;
  const where = `${scope.accountId}/${scope.region}/`;
  const collection = <K extends Kind>(kind: K) => store.collection<Kinds[K]>(`ec2.${kind}`);
  const tags = store.collection<Tag[]>('ec2.tags');
  /** Interfaces and gateways that are going leave by themselves. */
  const present = (record: object) => {
    const goneAt = 'goneAt' in record && typeof record.goneAt === 'number' ? record.goneAt : Number.POSITIVE_INFINITY;
    return clock.now() < goneAt;
  };
  const network: Network = {
    scope,
    clock,
    get(kind, id) {
      const record = collection(kind).get(`${where}${id}`);
      return record && present(record) ? record : undefined;
    },
    existing(kind, id) {
      const record = network.get(kind, id);
      if (record) return record;
      throw notFound(kind, id);
    },
    list: (kind) =>
      collection(kind)
        .entries(where)
        .map(([, record]) => record)
        .filter(present),
    put: (kind, record) => collection(kind).put(`${where}${record.id}`, record),
    delete(kind, id) {
      collection(kind).delete(`${where}${id}`);
      tags.delete(`${where}${id}`);
    },
    tags: (id) => tags.get(`${where}${id}`) ?? [],
    putTags(id, next) {
      if (next.length === 0) tags.delete(`${where}${id}`);
      else tags.put(`${where}${id}`, [...next]);
    },
    quota: (code) => quotaValue(cloud as { store: Store; clock: Clock }, scope.accountId, scope.region, code),
    transaction: (work) => store.transaction(work),
  };
  return network;
}

/** The NotFound error of a kind. */
export function notFound(kind: Kind, id: string): AwsError {
  const { prefix, notFound: code, called, malformed } = KIND_FACTS[kind];
  if (!new RegExp(`^${prefix}-[0-9a-f]{8}([0-9a-f]{9})?$`).test(id)) {
    return new AwsError(malformed, `Invalid id: "${id}" (expecting "${prefix}-...")`);
  }
  return new AwsError(code, `The ${called} '${id}' does not exist`);
}

/** A new id of a kind, or of anything with a prefix of its own. */
export function newId(prefix: string): string {
  return `${prefix}-0${randomBytes(8).toString('hex')}`;
}

/** DependencyViolation in EC2's words. */
export function dependencyViolation(called: string, id: string): AwsError {
  return new AwsError('DependencyViolation', `The ${called} '${id}' has dependencies and cannot be deleted.`);
}
