import { Logger } from '@aws-lambda-powertools/logger';
import type { RatedTenant } from '../../tenancy/upgrades/record.ts';
import { config } from '../runtime/config.ts';
import { publisher } from '../runtime/publisher.ts';
import { listEntities, table } from '../runtime/table.ts';
import { evaluateAll, type Summary } from './evaluate-all.ts';

const logger = new Logger({ serviceName: 'evaluate-usage' });

/** On a schedule, after each period: evaluates the rules of automatic tier changes for every tenant. */
export async function handler(): Promise<Summary> {
  const { upgrades: rules, tiers } = config;
  if (!rules) throw new Error('The configuration has no "upgrades": nothing can be evaluated.');
  const tenants = await listEntities<RatedTenant>(table(), 'TENANT');
  const evaluator = { table: table(), publisher: publisher(), rules, tiers };
  return evaluateAll(evaluator, tenants, Date.now(), logger);
}
