import { Aws, Duration } from 'aws-cdk-lib';
import { type EventPattern, type IEventBus, Rule, type Schedule } from 'aws-cdk-lib/aws-events';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { CfnPermission } from 'aws-cdk-lib/aws-lambda';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import type { StepLambda } from './step-lambda.ts';

export interface EventRouteProps {
  readonly ruleName: string;
  readonly description: string;
  /** Default: the account's default bus. */
  readonly bus?: IEventBus;
  readonly pattern?: EventPattern;
  readonly schedule?: Schedule;
  readonly step: StepLambda;
  /** Takes what could not be delivered. */
  readonly deadLetters: Queue;
}

/**
 * A rule and the function it calls. The rule comes last: with the CDK's own target it exists before its permission and
 * the queue's policy, and what it fires in between is lost.
 */
export class EventRoute extends Construct {
  constructor(scope: Construct, id: string, props: EventRouteProps) {
    super(scope, id);
    const { step, deadLetters, bus, ruleName } = props;
    // Rules of the default bus are named without it.
    const path = bus && bus.eventBusName !== 'default' ? `${bus.eventBusName}/${ruleName}` : ruleName;
    const ruleArn = `arn:${Aws.PARTITION}:events:${Aws.REGION}:${Aws.ACCOUNT_ID}:rule/${path}`;
    const events = new ServicePrincipal('events.amazonaws.com');
    const permission = new CfnPermission(this, 'Permission', {
      action: 'lambda:InvokeFunction',
      functionName: step.function.functionArn,
      principal: 'events.amazonaws.com',
      sourceArn: ruleArn,
    });
    const { policyDependable } = deadLetters.addToResourcePolicy(
      new PolicyStatement({
        sid: `Undelivered${id}`,
        principals: [events],
        actions: ['sqs:SendMessage'],
        resources: [deadLetters.queueArn],
        conditions: { ArnEquals: { 'aws:SourceArn': ruleArn } },
      }),
    );
    const rule = new Rule(this, 'Rule', {
      ruleName,
      description: props.description,
      ...(bus && { eventBus: bus }),
      ...(props.pattern && { eventPattern: props.pattern }),
      ...(props.schedule && { schedule: props.schedule }),
      targets: [
        {
          bind: () => ({
            arn: step.function.functionArn,
            deadLetterConfig: { arn: deadLetters.queueArn },
            retryPolicy: { maximumEventAgeInSeconds: Duration.hours(24).toSeconds(), maximumRetryAttempts: 185 },
          }),
        },
      ],
    });
    rule.node.addDependency(permission);
    if (policyDependable) rule.node.addDependency(policyDependable);
  }
}
