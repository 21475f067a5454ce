import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Aws, RemovalPolicy } from 'aws-cdk-lib';
import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import { DefinitionBody, LogLevel, StateMachine, StateMachineType } from 'aws-cdk-lib/aws-stepfunctions';
import { Construct } from 'constructs';
import { acknowledgeWildcards } from './acknowledge.ts';
import { projectRoot } from './project-root.ts';
import { EXECUTIONS_ARE_NAMED_LATER, executionsOf } from './step-rights.ts';
import { withoutStates } from './without-states.ts';

export interface WorkflowProps {
  /** File name below `statemachines/`, without the extension. */
  readonly definition: string;
  readonly stateMachineName: string;
  /** Substitution of the definition -> function or nested workflow. */
  readonly functions: Record<string, IFunction>;
  readonly workflows?: Record<string, Workflow>;
  /** States that this installation has no use for; what leads to them goes too. */
  readonly without?: readonly string[];
}

/** A state machine from its definition file, with a role that may do what the definition names and nothing else. */
export class Workflow extends Construct {
  readonly stateMachine: StateMachine;
  readonly stateMachineName: string;

  constructor(scope: Construct, id: string, props: WorkflowProps) {
    super(scope, id);
    this.stateMachineName = props.stateMachineName;
    const nested = Object.values(props.workflows ?? {});
    const role = new Role(this, 'Role', {
      assumedBy: new ServicePrincipal('states.amazonaws.com'),
      description: `Role of the workflow ${props.stateMachineName}`,
    });
    role.addToPolicy(
      new PolicyStatement({
        sid: 'Steps',
        actions: ['lambda:InvokeFunction'],
        resources: Object.values(props.functions).map((step) => step.functionArn),
      }),
    );
    if (nested.length > 0) allowNested(role, nested);
    this.stateMachine = new StateMachine(this, 'StateMachine', {
      stateMachineName: props.stateMachineName,
      stateMachineType: StateMachineType.STANDARD,
      definitionBody: DefinitionBody.fromString(
        withoutStates(
          readFileSync(join(projectRoot, 'statemachines', `${props.definition}.asl.json`), 'utf8'),
          props.without ?? [],
        ),
      ),
      definitionSubstitutions: {
        ...mapValues(props.functions, (step) => step.functionArn),
        ...mapValues(props.workflows ?? {}, (workflow) => workflow.stateMachine.stateMachineArn),
      },
      role,
      tracingEnabled: true,
      logs: {
        // The prefix keeps the log resource policy short. https://docs.aws.amazon.com/step-functions/latest/dg/cw-logs.html
        destination: new LogGroup(this, 'Logs', {
          logGroupName: `/aws/vendedlogs/states/${props.stateMachineName}`,
          retention: RetentionDays.THREE_MONTHS,
          removalPolicy: RemovalPolicy.DESTROY,
        }),
        level: LogLevel.ALL,
        includeExecutionData: true,
      },
    });
    acknowledgeWildcards(role, 'Log delivery and X-Ray take no resource.', ['*']);
  }
}

/** https://docs.aws.amazon.com/step-functions/latest/dg/connect-stepfunctions.html#sync-async-iam-policies */
function allowNested(role: Role, nested: readonly Workflow[]): void {
  const executions = nested.map((workflow) => executionsOf(workflow.stateMachineName));
  role.addToPolicy(
    new PolicyStatement({
      sid: 'StartNested',
      actions: ['states:StartExecution'],
      resources: nested.map((workflow) => workflow.stateMachine.stateMachineArn),
    }),
  );
  role.addToPolicy(
    new PolicyStatement({
      sid: 'FollowNested',
      actions: ['states:DescribeExecution', 'states:StopExecution'],
      resources: executions,
    }),
  );
  acknowledgeWildcards(role, EXECUTIONS_ARE_NAMED_LATER, executions);
  role.addToPolicy(
    new PolicyStatement({
      sid: 'HearOfNested',
      actions: ['events:PutTargets', 'events:PutRule', 'events:DescribeRule'],
      resources: [
        `arn:${Aws.PARTITION}:events:${Aws.REGION}:${Aws.ACCOUNT_ID}:rule/StepFunctionsGetEventsForStepFunctionsExecutionRule`,
      ],
    }),
  );
}

function mapValues<A, B>(record: Record<string, A>, change: (value: A) => B): Record<string, B> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, change(value)]));
}
