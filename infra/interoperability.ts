import { Arn, ArnFormat, Stack, Token } from 'aws-cdk-lib';
import type { ITableV2 } from 'aws-cdk-lib/aws-dynamodb';
import { EventBus, type IEventBus } from 'aws-cdk-lib/aws-events';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { TENANTRY_SOURCE } from '../events/catalogue.ts';
import type { SbtConfig } from '../tenancy/interoperability/config.ts';
import { ANSWERED_EVENTS, SBT_REQUESTS } from '../tenancy/interoperability/sbt-events.ts';
import { EventRoute } from './event-route.ts';
import { functionName } from './function-names.ts';
import { StepLambda } from './step-lambda.ts';

export interface SbtAdapterProps {
  readonly prefix: string;
  readonly sbt: SbtConfig;
  /** Files to bundle in place of imports: `#config` -> path. */
  readonly aliases: Readonly<Record<string, string>>;
  readonly table: ITableV2;
  /** Tenantry's bus. */
  readonly bus: IEventBus;
  readonly deadLetters: Queue;
}

/**
 * Tenantry as the application plane of a SaaS Builder Toolkit control plane: one function obeys its requests, another one
 * answers them. Throws an Error for a bus of another account or region: a rule can only be where its bus is.
 */
export class SbtAdapter extends Construct {
  readonly receive: StepLambda;
  readonly answer: StepLambda;

  constructor(scope: Construct, id: string, props: SbtAdapterProps) {
    super(scope, id);
    const { prefix, sbt, bus, table, deadLetters } = props;
    const sbtBus = sbt.eventBus === undefined ? bus : busOf(this, sbt.eventBus);
    const make = (name: string, source: string) =>
      new StepLambda(this, name, {
        source,
        functionName: functionName(prefix, source),
        aliases: props.aliases,
        failedEvents: deadLetters,
        environment: {
          TABLE_NAME: table.tableName,
          BUS_NAME: bus.eventBusName,
          SBT_BUS_NAME: sbtBus.eventBusName,
        },
      });
    this.receive = make('ReceiveSbtEvent', 'interoperability/receive-sbt-event');
    this.answer = make('AnswerSbt', 'interoperability/answer-sbt');
    for (const step of [this.receive, this.answer])
      step.allow(['dynamodb:GetItem', 'dynamodb:UpdateItem'], [table.tableArn]);
    this.receive.allow(['dynamodb:PutItem'], [table.tableArn]);
    this.receive.allow(['events:PutEvents'], [...new Set([bus.eventBusArn, sbtBus.eventBusArn])]);
    this.answer.allow(['events:PutEvents'], [sbtBus.eventBusArn]);
    new EventRoute(this, 'SbtRequests', {
      ruleName: `${prefix}-sbt-requests`,
      description: 'What the SBT control plane asks its application plane for.',
      bus: sbtBus,
      pattern: {
        source: [sbt.controlPlaneSource],
        detailType: Object.values(SBT_REQUESTS).map((name) => `${sbt.detailTypePrefix}${name}`),
      },
      step: this.receive,
      deadLetters,
    });
    new EventRoute(this, 'SbtAnswers', {
      ruleName: `${prefix}-sbt-answers`,
      description: 'What the SBT control plane is told of its tenants.',
      bus,
      pattern: { source: [TENANTRY_SOURCE], detailType: [...ANSWERED_EVENTS] },
      step: this.answer,
      deadLetters,
    });
  }
}

function busOf(scope: Construct, nameOrArn: string): IEventBus {
  if (!nameOrArn.startsWith('arn:')) return EventBus.fromEventBusName(scope, 'SbtBus', nameOrArn);
  const { account, region } = Arn.split(nameOrArn, ArnFormat.SLASH_RESOURCE_NAME);
  const stack = Stack.of(scope);
  const elsewhere = (ours: string, theirs: string | undefined) => !Token.isUnresolved(ours) && ours !== theirs;
  if (elsewhere(stack.account, account) || elsewhere(stack.region, region))
    throw new Error(
      `The event bus ${nameOrArn} is not in the account and region of the installation (${stack.account}, ${stack.region}), where its rule would have to be. Forward SBT's requests to Tenantry's bus and its answers back, and leave "interoperability.sbt.eventBus" out.`,
    );
  return EventBus.fromEventBusArn(scope, 'SbtBus', nameOrArn);
}
