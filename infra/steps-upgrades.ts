import { Duration } from 'aws-cdk-lib';
import type { TableV2 } from 'aws-cdk-lib/aws-dynamodb';
import { type EventBus, Schedule } from 'aws-cdk-lib/aws-events';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { TENANTRY_SOURCE } from '../events/catalogue.ts';
import { tenantTierChangeRequested } from '../events/tenant-tier-change-requested.ts';
import type { UpgradesConfig } from '../tenancy/upgrades/config.ts';
import { EventRoute } from './event-route.ts';
import { functionName } from './function-names.ts';
import { StepLambda } from './step-lambda.ts';
import { registryRights } from './step-rights.ts';

export interface UpgradesProps {
  readonly prefix: string;
  /** Files to bundle in place of imports: `#config` -> path. */
  readonly aliases: Readonly<Record<string, string>>;
  readonly rules: UpgradesConfig;
  readonly table: TableV2;
  readonly bus: EventBus;
  /** Takes the requests that rules with `auto` make, as it takes those of products. */
  readonly receiveEvent: StepLambda;
  readonly deadLetters: Queue;
}

/** Minutes after the end of a period at which it is judged: reports of its last minutes are on their way. */
const MINUTES_LATER = '10';

/** When usage is evaluated: shortly after each period, in UTC as they are. */
export function afterEach(period: UpgradesConfig['period']): Schedule {
  return Schedule.cron({ minute: MINUTES_LATER, ...(period === 'day' && { hour: '0' }) });
}

/** Automatic tier changes: what evaluates the rules after each period, and what lets their requests in. */
export class Upgrades extends Construct {
  readonly evaluateUsage: StepLambda;

  constructor(scope: Construct, id: string, props: UpgradesProps) {
    super(scope, id);
    const { prefix, table, bus, deadLetters } = props;
    this.evaluateUsage = new StepLambda(this, 'EvaluateUsage', {
      source: 'upgrades/evaluate-usage',
      functionName: functionName(prefix, 'upgrades/evaluate-usage'),
      aliases: props.aliases,
      environment: { TABLE_NAME: table.tableName, BUS_NAME: bus.eventBusName },
      timeout: Duration.minutes(10),
      // All tenants are in memory.
      memoryMiB: 512,
      failedEvents: deadLetters,
    });
    this.#grant(props);
    new EventRoute(this, 'UsageEvaluation', {
      ruleName: `${prefix}-usage-evaluation`,
      description: 'Evaluates the rules of automatic tier changes, after each period of usage.',
      schedule: afterEach(props.rules.period),
      step: this.evaluateUsage,
      deadLetters,
    });
    new EventRoute(this, 'DecidedChanges', {
      ruleName: `${prefix}-decided-changes`,
      description: 'Changes of tier that the rules have decided: they are checked and started like those of products.',
      bus,
      pattern: { source: [TENANTRY_SOURCE], detailType: [tenantTierChangeRequested.name] },
      step: props.receiveEvent,
      deadLetters,
    });
  }

  #grant({ table, bus }: UpgradesProps): void {
    const rights = registryRights(table);
    rights.items(this.evaluateUsage, 'Get', 'Put', 'Update');
    // Usage, and who waits at the gate of a tenant; tenants are listed by the index.
    rights.partition(this.evaluateUsage);
    rights.index(this.evaluateUsage);
    this.evaluateUsage.allow(['events:PutEvents'], [bus.eventBusArn]);
  }
}
