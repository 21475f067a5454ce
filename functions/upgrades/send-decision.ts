import type { Publisher } from '../../events/publisher.ts';
import { derivedEventId } from '../../events/publisher.ts';
import { tenantTierChangeProposed } from '../../events/tenant-tier-change-proposed.ts';
import { tenantTierChangeRequested } from '../../events/tenant-tier-change-requested.ts';
import type { DecisionRecord } from '../../tenancy/upgrades/record.ts';
import type { Table } from '../runtime/table.ts';
import { clearUnsent, keepDecision } from './decision-store.ts';

/** What a request says of its reason at most. */
const LONGEST_REASON = 500;

/**
 * Says a decision that is written down on the bus: a proposal to the product, or the request that starts the change. After a crash
 * it is said again, with the same event id.
 */
export async function sendDecision(
  { table, publisher }: { table: Table; publisher: Publisher },
  tenantId: string,
  decision: DecisionRecord,
): Promise<void> {
  await keepDecision(table, tenantId, decision);
  await (decision.kind === 'propose' ? propose : request)(publisher, tenantId, decision);
  await clearUnsent(table, tenantId, decision.decisionId);
}

/** `metadata.id` of the event that says a decision: of a request it is the id of the operation too. */
export function decisionEventId({ kind, decisionId }: Pick<DecisionRecord, 'kind' | 'decisionId'>): string {
  const type = kind === 'propose' ? tenantTierChangeProposed : tenantTierChangeRequested;
  return derivedEventId(decisionId, type.name);
}

async function propose(publisher: Publisher, tenantId: string, decision: DecisionRecord): Promise<void> {
  const { decisionId, from, to, fromPlacement, toPlacement, rule, explanation, monthlyPriceDifferenceUsd } = decision;
  await publisher.publish({
    type: tenantTierChangeProposed,
    data: {
      tenantId,
      proposalId: decisionId,
      fromTier: from,
      toTier: to,
      fromPlacement,
      toPlacement,
      rule,
      evidence: decision.evidence.map(({ values, ...rest }) => ({ ...rest, values: [...values] })),
      monthlyPriceDifferenceUsd,
      explanation,
      expiresAt: decision.expiresAt ?? decision.decidedAt,
    },
    metadata: { id: decisionEventId(decision) },
  });
}

async function request(publisher: Publisher, tenantId: string, decision: DecisionRecord): Promise<void> {
  await publisher.publish({
    type: tenantTierChangeRequested,
    data: { tenantId, tier: decision.to, reason: decision.explanation.slice(0, LONGEST_REASON) },
    metadata: { id: decisionEventId(decision) },
  });
}
