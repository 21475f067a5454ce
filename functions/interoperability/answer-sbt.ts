import { Logger } from '@aws-lambda-powertools/logger';
import type { IncomingEvent } from '../intake/check-event.ts';
import { meaningOf } from './answers.ts';
import { type Answering, answerGiven, beginAnswer, getConversation } from './conversations.ts';
import { type SbtAdapter, sbtAdapter } from './sbt-adapter.ts';
import { findBySlug } from './sbt-tenants.ts';

const logger = new Logger({ serviceName: 'answer-sbt' });

type Outcome = 'answered' | 'outdated' | 'not of SBT';

/** Target of the rule for what Tenantry says of its tenants. */
export async function handler(event: IncomingEvent): Promise<{ outcome: Outcome }> {
  const outcome = await answerSbt(sbtAdapter(), event);
  logger.info('event considered', { eventBridgeId: event.id, detailType: event['detail-type'], outcome });
  return { outcome };
}

/**
 * Tells SBT what became of what it asked for. Events come at least once and in any order: SBT gets each answer once (twice
 * after a crash between two writes), and never an old one after a new one. Throws what the registry and SBT's bus throw.
 */
export async function answerSbt({ config, table, answer }: SbtAdapter, event: IncomingEvent): Promise<Outcome> {
  const meaning = meaningOf(event, config.source);
  const tenant = meaning && (await findBySlug(table, meaning.tenantId));
  if (!meaning || !tenant) return 'not of SBT';
  const { sbtTenantId } = tenant;
  if (meaning.operation === 'ONBOARDING') {
    const { answeredWith } = await getConversation(table, sbtTenantId, 'OFFBOARDING');
    if (answeredWith === 'deprovisionSuccess') return 'outdated';
  }
  const reply = meaning.answer(tenant);
  const answering: Answering = { ...meaning, sbtTenantId, name: reply.name };
  if (!(await beginAnswer(table, answering))) return 'outdated';
  await answer(reply);
  await answerGiven(table, answering);
  return 'answered';
}
