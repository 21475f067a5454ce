import { createHash } from 'node:crypto';
import { TENANT_ID_MAX_LENGTH, tenantId } from '../../events/tenant-id.ts';

/** Digits of the hash that a slug ends with when the bare name is taken: more each time. */
const HASH_LENGTHS = [4, 8, 16];

/**
 * Tenant ids for a tenant of SBT, which knows its tenants by UUIDs and does not keep their names apart: the name as a slug,
 * then the slug with ever more of a hash of the UUID. The same tenant gives the same candidates.
 */
export function slugCandidates(tenantName: string | undefined, sbtTenantId: string): string[] {
  const base = slugOf(tenantName ?? '');
  const hash = createHash('sha256').update(sbtTenantId).digest('hex');
  const hashed = HASH_LENGTHS.map((length) => {
    const room = TENANT_ID_MAX_LENGTH - 1 - length;
    return `${(base || 't').slice(0, room).replace(/-$/, '')}-${hash.slice(0, length)}`;
  });
  return [base.slice(0, TENANT_ID_MAX_LENGTH).replace(/-$/, ''), ...hashed].filter(
    (candidate) => tenantId.safeParse(candidate).success,
  );
}

/** `Müller & Söhne` -> `muller-sohne`, `3M` -> `t-3m`; empty when there is no letter or digit of the alphabet in it. */
function slugOf(name: string): string {
  const words = name
    .normalize('NFKD')
    .replace(/\p{Mark}/gu, '')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '');
  return /^\d/.test(words) ? `t-${words}` : words;
}
