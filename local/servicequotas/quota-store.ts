import type { Clock } from '../kernel/clock.ts';
import type { Collection, Store } from '../kernel/store.ts';
import { ACCOUNTS_QUOTA, accountLimitOf } from '../organizations/account-limit.ts';
import { organizationsDatabase } from '../organizations/database.ts';
import { CATALOGUE, definitionOf, type QuotaDefinition } from './catalogue.ts';

/** A request to increase a quota. Times in milliseconds. */
export interface IncreaseRecord {
  readonly id: string;
  readonly accountId: string;
  readonly region: string;
  readonly serviceCode: string;
  readonly quotaCode: string;
  readonly desired: number;
  readonly requestedAt: number;
  /** When a support engineer takes it up, and when it is approved. */
  readonly caseOpenedAt: number;
  readonly approvedAt: number;
  readonly requester: string;
}

/** An increase that new accounts of the organization ask for by themselves. */
export interface TemplateEntry {
  readonly serviceCode: string;
  readonly quotaCode: string;
  readonly region: string;
  readonly desired: number;
}

export interface Template {
  readonly associatedAt?: number;
  readonly entries: readonly TemplateEntry[];
}

type World = { store: Store; clock: Clock };

/** By `ACCOUNT/id`. */
export function increases({ store }: Pick<World, 'store'>): Collection<IncreaseRecord> {
  return store.collection('servicequotas.increases');
}

/** By organization. */
export function templates({ store }: Pick<World, 'store'>): Collection<Template> {
  return store.collection('servicequotas.templates');
}

/** Requests for a quota belong to a region, but for those of global services. */
export function sameQuota(
  record: IncreaseRecord,
  quota: Pick<QuotaDefinition, 'ServiceCode' | 'QuotaCode' | 'GlobalQuota'>,
  region: string,
): boolean {
  return (
    record.serviceCode === quota.ServiceCode &&
    record.quotaCode === quota.QuotaCode &&
    (quota.GlobalQuota || record.region === region)
  );
}

/** What a request has come to. */
export function increaseStatus(record: IncreaseRecord, now: number): 'PENDING' | 'CASE_OPENED' | 'APPROVED' {
  if (now >= record.approvedAt) return 'APPROVED';
  return now >= record.caseOpenedAt ? 'CASE_OPENED' : 'PENDING';
}

/**
 * The value of a quota that is in force for an account in a region. Accounts made by Organizations start low; approved increases raise
 * it. Services that enforce a quota ask here. Throws TypeError for a code that is not in the catalogue.
 */
export function quotaValue(world: World, accountId: string, region: string, quotaCode: string): number {
  const definition = CATALOGUE.find(({ QuotaCode }) => QuotaCode === quotaCode);
  if (!definition) throw new TypeError(`${quotaCode} is no quota of the local cloud`);
  const accounts = quotaCode === ACCOUNTS_QUOTA ? accountLimitOf(world.store) : undefined;
  if (accounts?.fixed) return accounts.value;
  const { births } = organizationsDatabase(world);
  const usual = accounts?.value ?? definition.Value;
  const start = births.get(accountId) === undefined ? usual : (definition.fresh ?? usual);
  const approved = increases(world)
    .entries(`${accountId}/`)
    .map(([, record]) => record)
    .filter((record) => sameQuota(record, definition, region) && world.clock.now() >= record.approvedAt);
  const templated = templateValues(world, accountId, region, definition);
  return Math.max(start, ...approved.map(({ desired }) => desired), ...templated);
}

/** Hours after its birth an account has what the organization's template asks for. */
const TEMPLATE_DELAY = 2 * 3_600_000;

function templateValues(world: World, accountId: string, region: string, definition: QuotaDefinition): number[] {
  const database = organizationsDatabase(world);
  const born = database.births.get(accountId);
  const organization = database.organizationOf(accountId);
  const template = organization && templates(world).get(organization.id);
  if (born === undefined || template?.associatedAt === undefined || born < template.associatedAt) return [];
  if (world.clock.now() < born + TEMPLATE_DELAY) return [];
  return template.entries
    .filter(
      (entry) =>
        definitionOf(entry.serviceCode, entry.quotaCode) === definition &&
        (definition.GlobalQuota || entry.region === region),
    )
    .map(({ desired }) => desired);
}
