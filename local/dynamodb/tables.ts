import { join } from 'node:path';
import { AwsError } from '../kernel/errors.ts';
import type { Cloud, RequestContext } from '../kernel/service.ts';
import type { Collection } from '../kernel/store.ts';
import { type Engine, openEngine } from './engine.ts';

/** What the engine does not know of a table; times are simulated milliseconds. */
export interface TableRecord {
  accountId: string;
  region: string;
  name: string;
  hashKey: string;
  /** Hash keys of the secondary indexes, by index name. */
  indexHashKeys: Record<string, string>;
  createdAt: number;
  /** CREATING or UPDATING until then. */
  activeAt: number;
  updating: boolean;
  /** DELETING until then. */
  goneAt?: number;
  deletionProtection: boolean;
  tableClass: string;
  encryption?: { KMSMasterKeyId?: string };
  tags: Record<string, string>;
  timeToLive?: { attribute: string; enabled: boolean; changedAt: number };
  recovery?: { since: number; days: number };
}

/** Which table a request means: a name, or an ARN (also of another account). */
export interface TableRef {
  readonly accountId: string;
  readonly region: string;
  readonly name: string;
}

export interface Tables {
  engine(ref: { accountId: string; region: string }): Engine;
  find(ref: TableRef): TableRecord | undefined;
  put(record: TableRecord): void;
  remove(record: TableRecord): void;
  list(accountId: string, region: string): TableRecord[];
  all(): TableRecord[];
  /** The table, if it takes requests for items. Throws ResourceNotFoundException while it is created or deleted, as AWS does. */
  ready(ref: TableRef): TableRecord;
  /** The table in any state. Throws ResourceNotFoundException. */
  get(ref: TableRef): TableRecord;
  close(): Promise<void>;
}

/** Opens the table records; an engine is opened when an account and region first needs it. */
export function openTables(cloud: Cloud): Tables {
  const collection: Collection<TableRecord> = cloud.store.collection('dynamodb.tables');
  const records = new Map(collection.entries());
  const engines = new Map<string, Engine>();
  const find = (ref: TableRef) => records.get(key(ref));
  return {
    find,
    engine({ accountId, region }) {
      const id = `${accountId}-${region}`;
      const known = engines.get(id);
      if (known) return known;
      const made = openEngine(join(cloud.store.folder('dynamodb'), id), accountId, region);
      engines.set(id, made);
      return made;
    },
    put(record) {
      collection.put(key(record), record);
      records.set(key(record), record);
    },
    remove(record) {
      collection.delete(key(record));
      records.delete(key(record));
    },
    list: (accountId, region) =>
      [...records.entries()]
        .filter(([id]) => id.startsWith(`${accountId}/${region}/`))
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .map(([, record]) => record),
    all: () => [...records.values()],
    ready(ref) {
      const record = find(ref);
      const usable = record && record.goneAt === undefined && (record.updating || cloud.clock.now() >= record.activeAt);
      if (!usable) throw notFound('Requested resource not found');
      return record;
    },
    get(ref) {
      const record = find(ref);
      if (!record) throw notFound(`Requested resource not found: Table: ${ref.name} not found`);
      return record;
    },
    async close() {
      await Promise.all([...engines.values()].map((engine) => engine.close()));
    },
  };
}

function key(ref: TableRef): string {
  return `${ref.accountId}/${ref.region}/${ref.name}`;
}

/** Reads a `TableName` member, which since 2024 may be an ARN. */
export function tableRef(name: unknown, context: RequestContext): TableRef {
  const text = String(name ?? '');
  const [, region, accountId, tableName] = /^arn:aws[a-z-]*:dynamodb:([^:]+):(\d{12}):table\/([^/]+)/.exec(text) ?? [];
  if (region && accountId && tableName) return { region, accountId, name: tableName };
  return { accountId: context.accountId, region: context.region, name: text };
}

/** `arn:aws:dynamodb:REGION:ACCOUNT:table/NAME` */
export function tableArn(ref: TableRef): string {
  return `arn:aws:dynamodb:${ref.region}:${ref.accountId}:table/${ref.name}`;
}

export function notFound(message: string): AwsError {
  return new AwsError('ResourceNotFoundException', message);
}

export function validation(message: string): AwsError {
  return new AwsError('ValidationException', message);
}
