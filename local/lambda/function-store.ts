import type { Cloud } from '../kernel/service.ts';
import type { Collection } from '../kernel/store.ts';
import { type FunctionRef, functionArn, functionNotFound } from './arn.ts';
import type { FunctionVpc } from './vpc.ts';

/** One version of a function, as GetFunctionConfiguration shows it; dates are milliseconds of the clock. */
export interface VersionRecord {
  version: string;
  runtime: string;
  role: string;
  handler: string;
  description: string;
  timeout: number;
  memorySize: number;
  environment: Record<string, string>;
  architectures: string[];
  ephemeralStorage: number;
  tracing: 'Active' | 'PassThrough';
  logFormat: 'Text' | 'JSON';
  logGroup: string;
  deadLetterTarget?: string;
  vpc?: FunctionVpc;
  codeSha256: string;
  codeSize: number;
  lastModified: number;
  revisionId: string;
  /** Until then `State` is Pending (creation) or `LastUpdateStatus` is InProgress (update). */
  activeAt: number;
  updating: boolean;
}

export interface AliasRecord {
  name: string;
  version: string;
  description: string;
  revisionId: string;
  weights?: Record<string, number>;
}

/** A statement of a function's resource policy, with the qualifier it was added for ('' for none). */
export interface PolicyStatement {
  qualifier: string;
  statement: { Sid: string; [member: string]: unknown };
}

/** How asynchronous invocations of one qualifier end; seconds. */
export interface EventInvokeConfig {
  maximumRetryAttempts?: number;
  maximumEventAgeInSeconds?: number;
  onSuccess?: string;
  onFailure?: string;
  lastModified: number;
}

export interface FunctionRecord {
  accountId: string;
  region: string;
  name: string;
  latest: VersionRecord;
  published: VersionRecord[];
  /** Version numbers are never used twice. */
  lastVersion: number;
  aliases: Record<string, AliasRecord>;
  statements: PolicyStatement[];
  tags: Record<string, string>;
  reservedConcurrency?: number;
  /** By qualifier; `$LATEST` when none was given. */
  eventInvoke: Record<string, EventInvokeConfig>;
}

/** The functions of all accounts and regions. */
export interface FunctionStore {
  find(ref: FunctionRef): FunctionRecord | undefined;
  /** Throws ResourceNotFoundException. */
  get(ref: FunctionRef): FunctionRecord;
  put(record: FunctionRecord): void;
  delete(ref: FunctionRef): void;
  list(accountId: string, region: string): FunctionRecord[];
  all(): FunctionRecord[];
  /** The version a qualifier stands for (an alias follows its routing weights). Throws ResourceNotFoundException. */
  version(record: FunctionRecord, ref: FunctionRef): VersionRecord;
}

/** Opens the functions kept in the store, with a cache of the parsed records: every invocation reads one. */
export function openFunctionStore(cloud: Cloud): FunctionStore {
  const collection: Collection<FunctionRecord> = cloud.store.collection('lambda.functions');
  const cache = new Map<string, FunctionRecord>(collection.entries());
  const find = (ref: FunctionRef) => cache.get(key(ref));
  return {
    find,
    get(ref) {
      const record = find(ref);
      if (!record) throw functionNotFound(ref);
      return record;
    },
    put(record) {
      collection.put(key(record), record);
      cache.set(key(record), record);
    },
    delete(ref) {
      collection.delete(key(ref));
      cache.delete(key(ref));
    },
    list: (accountId, region) =>
      [...cache.entries()]
        .filter(([id]) => id.startsWith(`${accountId}/${region}/`))
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .map(([, record]) => record),
    all: () => [...cache.values()],
    version: resolveVersion,
  };
}

function key(ref: { accountId: string; region: string; name: string }): string {
  return `${ref.accountId}/${ref.region}/${ref.name}`;
}

function resolveVersion(record: FunctionRecord, ref: FunctionRef): VersionRecord {
  const qualifier = ref.qualifier ?? '$LATEST';
  if (qualifier === '$LATEST') return record.latest;
  const alias = record.aliases[qualifier];
  const number = alias ? route(alias) : qualifier;
  const version = number === '$LATEST' ? record.latest : record.published.find((known) => known.version === number);
  if (!version) throw functionNotFound(ref);
  return version;
}

/** A weighted alias sends that share of its invocations to the other version. */
function route(alias: AliasRecord): string {
  let draw = Math.random();
  for (const [version, weight] of Object.entries(alias.weights ?? {})) {
    if (draw < weight) return version;
    draw -= weight;
  }
  return alias.version;
}

/** The ARN a response shows: unqualified for `$LATEST`, with the version otherwise. */
export function versionArn(record: FunctionRecord, version: VersionRecord): string {
  return functionArn({
    accountId: record.accountId,
    region: record.region,
    name: record.name,
    ...(version.version === '$LATEST' ? {} : { qualifier: version.version }),
  });
}
