import { randomBytes, randomUUID } from 'node:crypto';
import { AwsError } from '../kernel/errors.ts';
import type { Cloud, RequestContext } from '../kernel/service.ts';
import { missing, notFound, pendingDeletion } from './errors.ts';

export interface KeyRecord {
  id: string;
  accountId: string;
  region: string;
  description: string;
  enabled: boolean;
  /** JSON text. */
  policy: string;
  tags: Record<string, string>;
  /** Milliseconds since the epoch, as all times here. */
  createdAt: number;
  /** Present while the deletion is scheduled; from then on the key is not there any more. */
  deletionAt?: number;
  /** Oldest first; the last one encrypts, all of them decrypt. Base64. */
  materials: string[];
  rotation?: { days: number; nextAt: number };
}

export interface AliasRecord {
  /** "alias/orders" */
  name: string;
  accountId: string;
  region: string;
  keyId: string;
  createdAt: number;
  updatedAt: number;
}

/** Keys and aliases of every account and region. */
export interface Keys {
  /** By id within a region, whatever the account. A key whose time has come is deleted by this. */
  find(id: string, region: string): KeyRecord | undefined;
  /** The key that an id, ARN, alias name or alias ARN means to a caller; undefined if there is none. */
  lookUp(name: string, context: RequestContext): KeyRecord | undefined;
  /**
   * As `lookUp`. Throws NotFoundException, and so for an alias unless `aliases` are taken.
   * https://docs.aws.amazon.com/kms/latest/developerguide/concepts.html#key-id
   */
  require(name: unknown, context: RequestContext, aliases?: 'aliases'): KeyRecord;
  /** As `require`, of a key that is not pending deletion. Throws KMSInvalidStateException. */
  changeable(name: unknown, context: RequestContext): KeyRecord;
  save(key: KeyRecord): void;
  list(accountId: string, region: string): KeyRecord[];
  alias(name: string, accountId: string, region: string): AliasRecord | undefined;
  saveAlias(alias: AliasRecord): void;
  removeAlias(alias: AliasRecord): void;
  aliases(accountId: string, region: string): AliasRecord[];
}

/** `arn:aws:kms:REGION:ACCOUNT:key/ID` */
export function keyArn({ region, accountId, id }: Pick<KeyRecord, 'region' | 'accountId' | 'id'>): string {
  return `arn:aws:kms:${region}:${accountId}:key/${id}`;
}

/** `arn:aws:kms:REGION:ACCOUNT:alias/NAME` */
export function aliasArn({ region, accountId, name }: Pick<AliasRecord, 'region' | 'accountId' | 'name'>): string {
  return `arn:aws:kms:${region}:${accountId}:${name}`;
}

/** A key with fresh material. */
export function newKey(
  context: Pick<RequestContext, 'accountId' | 'region'>,
  now: number,
  settings: Pick<KeyRecord, 'description' | 'policy' | 'tags'> & { id?: string },
): KeyRecord {
  return {
    id: randomUUID(),
    accountId: context.accountId,
    region: context.region,
    enabled: true,
    createdAt: now,
    materials: [newMaterial()],
    ...settings,
  };
}

/** 256 bits, base64. */
export function newMaterial(): string {
  return randomBytes(32).toString('base64');
}

/** What an identifier says about itself: `account` and `region` are those of an ARN. */
export function parseIdentifier(name: string): { account?: string; region?: string; id?: string; alias?: string } {
  const arn = /^arn:aws[\w-]*:kms:([a-z0-9-]+):(\d{12}):(key\/(.+)|alias\/.+)$/.exec(name);
  if (arn) {
    const [, region = '', account = '', resource = '', id] = arn;
    return { region, account, ...(id === undefined ? { alias: resource } : { id }) };
  }
  return name.startsWith('alias/') ? { alias: name } : { id: name };
}

/** Opens the keys of the store. */
export function openKeys(cloud: Cloud): Keys {
  const keys = cloud.store.collection<KeyRecord>('kms.keys');
  const aliases = cloud.store.collection<AliasRecord>('kms.aliases');
  const scope = (accountId: string, region: string) => `${accountId}|${region}|`;
  const aliasKey = (alias: AliasRecord) => scope(alias.accountId, alias.region) + alias.name;

  /** Deleted keys leave nothing behind, their aliases neither. */
  function unlessDeleted(key: KeyRecord | undefined): KeyRecord | undefined {
    if (!key || key.deletionAt === undefined || key.deletionAt > cloud.clock.now()) return key;
    cloud.store.transaction(() => {
      for (const alias of self.aliases(key.accountId, key.region)) if (alias.keyId === key.id) self.removeAlias(alias);
      keys.delete(`${key.region}|${key.id}`);
    });
    return undefined;
  }

  const self: Keys = {
    find: (id, region) => unlessDeleted(keys.get(`${region}|${id}`)),
    lookUp(name, context) {
      const { account = context.accountId, region = context.region, id, alias } = parseIdentifier(name);
      if (region !== context.region) return undefined;
      const found = self.find(id ?? self.alias(alias ?? '', account, region)?.keyId ?? '', region);
      return found?.accountId === account ? found : undefined;
    },
    require(name, context, taken) {
      if (name === undefined || name === '') throw missing('keyId');
      const text = String(name);
      const { account = context.accountId, region = context.region, id, alias } = parseIdentifier(text);
      if (region !== context.region) throw notFound(`Invalid arn ${region}`);
      if (alias !== undefined && !taken) throw notFound(`Invalid keyId '${text}'`);
      const found = self.lookUp(text, context);
      if (found) return found;
      if (alias !== undefined)
        throw notFound(`Alias ${aliasArn({ region, accountId: account, name: alias })} is not found.`);
      throw notFound(`Key '${keyArn({ region, accountId: account, id: id ?? text })}' does not exist`);
    },
    changeable(name, context) {
      const key = self.require(name, context);
      if (key.deletionAt !== undefined) throw pendingDeletion(keyArn(key));
      return key;
    },
    save: (key) => keys.put(`${key.region}|${key.id}`, key),
    list: (accountId, region) =>
      keys.entries(`${region}|`).flatMap(([, key]) => (key.accountId === accountId ? (unlessDeleted(key) ?? []) : [])),
    alias: (name, accountId, region) => aliases.get(scope(accountId, region) + name),
    saveAlias: (alias) => aliases.put(aliasKey(alias), alias),
    removeAlias: (alias) => {
      aliases.delete(aliasKey(alias));
    },
    aliases: (accountId, region) => aliases.entries(scope(accountId, region)).map(([, alias]) => alias),
  };
  return self;
}

/** Refuses a key that is not enabled. Throws DisabledException and KMSInvalidStateException. */
export function refuseUnusable(key: KeyRecord): void {
  if (key.deletionAt !== undefined) throw pendingDeletion(keyArn(key));
  if (!key.enabled) throw new AwsError('DisabledException', `${keyArn(key)} is disabled.`);
}
