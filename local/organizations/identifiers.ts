import { randomInt } from 'node:crypto';
import type { NodeRecord, OrganizationRecord, PolicyRecord } from './records.ts';

const ALPHABET = '0123456789abcdefghijklmnopqrstuvwxyz';

/** `length` random characters of 0-9 and a-z. */
export function randomId(length: number): string {
  return Array.from({ length }, () => ALPHABET[randomInt(ALPHABET.length)]).join('');
}

/** Twelve digits that no account has yet. */
export function newAccountId(taken: (id: string) => boolean): string {
  for (;;) {
    const id = String(randomInt(100_000_000_000, 1_000_000_000_000));
    if (!taken(id)) return id;
  }
}

/** `arn:aws:organizations::MANAGEMENT:organization/o-…` */
export function organizationArn(organization: OrganizationRecord): string {
  return `arn:aws:organizations::${organization.managementAccountId}:organization/${organization.id}`;
}

/** The ARN of a root, organizational unit or account. */
export function nodeArn(organization: OrganizationRecord, node: Pick<NodeRecord, 'kind' | 'id'>): string {
  const kind = { ROOT: 'root', ORGANIZATIONAL_UNIT: 'ou', ACCOUNT: 'account' }[node.kind];
  return `arn:aws:organizations::${organization.managementAccountId}:${kind}/${organization.id}/${node.id}`;
}

/** The ARN of a policy; AWS's own belong to the account `aws`. */
export function policyArn(organization: OrganizationRecord, policy: PolicyRecord): string {
  const type = policy.type.toLowerCase();
  return policy.awsManaged
    ? `arn:aws:organizations::aws:policy/${type}/${policy.id}`
    : `arn:aws:organizations::${organization.managementAccountId}:policy/${organization.id}/${type}/${policy.id}`;
}
