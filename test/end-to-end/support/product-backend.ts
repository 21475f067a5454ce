import { PutRuleCommand, PutTargetsCommand } from '@aws-sdk/client-eventbridge';
import { CreateRoleCommand, PutRolePolicyCommand } from '@aws-sdk/client-iam';
import { CreateStateMachineCommand } from '@aws-sdk/client-sfn';
import { ACCOUNT, type Clients, REGION } from './clients.ts';
import { eventually } from './eventually.ts';

const NAME = 'end-to-end-product';

/** How the product answers to TenantMigrationRequested: what the correlation id of the request has in it. Any other: at once. */
export const answers = {
  refuses: 'product-refuses',
  /** Says nothing at all. */
  silent: 'product-silent',
  /** Says that it is at work, and never that it is done. */
  endless: 'product-endless',
  /** Needs longer than it may say nothing. */
  slow: 'product-slow',
} as const;

/**
 * What the tests' configuration says of changes of tier. The clock leaps, but fires what is due every minute on the way: what was
 * left is kept for a quarter of an hour only.
 */
export const tierChanges = {
  keepPreviousHours: 0.25,
  productMigration: { answerWithinHours: 2, heartbeatMinutes: 15 },
};

/** What it says of exports: the product is asked for its own data of a tenant that is deleted. */
export const exports = { product: { answerWithinHours: 2 } };
/** What the product answers to that. */
export const productExport = (tenantId: string) => JSON.stringify({ location: `s3://product-exports/${tenantId}` });

const BEAT_SECONDS = 600;
const token = '{% $detail.data.taskToken %}';
const retry = [{ ErrorEquals: ['Sfn.AccessDeniedException'], IntervalSeconds: 5, MaxAttempts: 5 }];
const says = (action: string, facts: object) => ({
  Type: 'Task',
  Resource: `arn:aws:states:::aws-sdk:sfn:${action}`,
  Arguments: { TaskToken: token, ...facts },
  Retry: retry,
});
const isAsked = (answer: string) => `$contains($detail.metadata.correlationId, '${answer}')`;
const when = (answer: string, Next: string) => ({ Condition: `{% ${isAsked(answer)} %}`, Next });
const pause = (Next: string) => ({ Type: 'Wait', Seconds: BEAT_SECONDS, Next });

const location = "{% $string({ 'location': 's3://product-exports/' & $detail.data.tenantId }) %}";

/** The product's part: a workflow of its own, so that it takes simulated time, as everything around it does. */
const definition = {
  QueryLanguage: 'JSONata',
  StartAt: 'Read',
  States: {
    Read: {
      Type: 'Pass',
      Assign: { detail: '{% $states.input.detail %}', type: "{% $states.input.'detail-type' %}", beats: 0 },
      Next: 'How',
    },
    How: {
      Type: 'Choice',
      Choices: [
        { Condition: "{% $type = 'TenantExportRequested' %}", Next: 'Export' },
        when(answers.refuses, 'Refuse'),
        when(answers.silent, 'SayNothing'),
        when(answers.endless, 'Work'),
        when(answers.slow, 'Work'),
      ],
      Default: 'Done',
    },
    Work: pause('Beat'),
    Beat: {
      ...says('sendTaskHeartbeat', {}),
      Assign: { beats: '{% $beats + 1 %}' },
      Catch: [{ ErrorEquals: ['Sfn.TaskTimedOutException'], Next: 'SayNothing' }],
      Next: 'IsItDone',
    },
    IsItDone: {
      Type: 'Choice',
      Choices: [
        {
          Condition: `{% $beats >= 3 and ${isAsked(answers.slow)} %}`,
          Next: 'Done',
        },
      ],
      Default: 'Work',
    },
    Export: { ...says('sendTaskSuccess', { Output: location }), End: true },
    Done: { ...says('sendTaskSuccess', { Output: '{}' }), End: true },
    Refuse: { ...says('sendTaskFailure', { Error: 'DiskFull', Cause: 'The new volume is too small.' }), End: true },
    SayNothing: { Type: 'Succeed' },
  },
};

/** A product backend that hears TenantMigrationRequested and TenantExportRequested, and answers. It is there afterwards, whether or not it was before. */
export async function connectProductBackend(clients: Clients): Promise<void> {
  const roleArn = await role(clients);
  const stateMachineArn = await eventually('the state machine of the product', async () => {
    try {
      const machine = { name: NAME, definition: JSON.stringify(definition), roleArn };
      return (await clients.stepFunctions.send(new CreateStateMachineCommand(machine))).stateMachineArn;
    } catch (error) {
      // A role that was just made is not known everywhere.
      if (error instanceof Error && error.name === 'AccessDeniedException') return undefined;
      throw error;
    }
  });
  const asked = ['TenantMigrationRequested', 'TenantExportRequested'];
  const EventPattern = JSON.stringify({ source: ['tenantry'], 'detail-type': asked });
  await clients.events.send(new PutRuleCommand({ Name: NAME, EventBusName: 'tenantry', EventPattern }));
  const Targets = [{ Id: 'workflow', Arn: stateMachineArn, RoleArn: roleArn }];
  await clients.events.send(new PutTargetsCommand({ Rule: NAME, EventBusName: 'tenantry', Targets }));
}

async function role({ iam }: Clients): Promise<string> {
  const allow = (statement: object) =>
    JSON.stringify({ Version: '2012-10-17', Statement: [{ Effect: 'Allow', ...statement }] });
  const Service = ['states.amazonaws.com', 'events.amazonaws.com'];
  try {
    const trust = allow({ Principal: { Service }, Action: 'sts:AssumeRole' });
    await iam.send(new CreateRoleCommand({ RoleName: NAME, AssumeRolePolicyDocument: trust }));
  } catch (error) {
    if (!(error instanceof Error) || error.name !== 'EntityAlreadyExistsException') throw error;
  }
  const arn = `arn:aws:states:${REGION}:${ACCOUNT}:stateMachine:*`;
  const Action = [
    'states:StartExecution',
    'states:SendTaskSuccess',
    'states:SendTaskFailure',
    'states:SendTaskHeartbeat',
  ];
  const PolicyDocument = allow({ Action, Resource: arn });
  await iam.send(new PutRolePolicyCommand({ RoleName: NAME, PolicyName: 'answers', PolicyDocument }));
  return `arn:aws:iam::${ACCOUNT}:role/${NAME}`;
}
