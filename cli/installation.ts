import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { EKSClient } from '@aws-sdk/client-eks';
import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { LambdaClient } from '@aws-sdk/client-lambda';
import { SFNClient } from '@aws-sdk/client-sfn';
import { SQSClient } from '@aws-sdk/client-sqs';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import type { Table } from '../functions/runtime/table.ts';
import { type AwsSettings, clientOptions } from './settings.ts';

/** The installation that the command line talks to: clients and the names of what it needs. */
export interface Installation {
  readonly settings: AwsSettings;
  readonly accountId: string;
  readonly busName: string;
  readonly table: Table;
  readonly events: EventBridgeClient;
  readonly stepFunctions: SFNClient;
  readonly queues: SQSClient;
  readonly eks: EKSClient;
  readonly sts: STSClient;
  readonly lambda: LambdaClient;
  stateMachineArn(workflow: string): string;
  /** Name of the function that does a step. */
  functionName(step: string): string;
}

/**
 * Connects to an installation. Throws an Error that says what to do when nobody answers.
 */
export async function connect(settings: AwsSettings, prefix = 'tenantry'): Promise<Installation> {
  const options = { ...clientOptions(settings), maxAttempts: 2 };
  const sts = new STSClient(options);
  const accountId = await whoAmI(sts, settings);
  return {
    settings,
    accountId,
    busName: prefix,
    table: { name: `${prefix}-registry`, client: DynamoDBDocumentClient.from(new DynamoDBClient(options)) },
    events: new EventBridgeClient(options),
    stepFunctions: new SFNClient(options),
    queues: new SQSClient(options),
    eks: new EKSClient(options),
    sts,
    lambda: new LambdaClient(options),
    functionName: (step) => `${prefix}-${step}`,
    stateMachineArn: (workflow) => `arn:aws:states:${settings.region}:${accountId}:stateMachine:${prefix}-${workflow}`,
  };
}

async function whoAmI(sts: STSClient, settings: AwsSettings): Promise<string> {
  try {
    const { Account } = await sts.send(new GetCallerIdentityCommand({}));
    return Account ?? '';
  } catch (cause) {
    const where = settings.endpoint ?? process.env['AWS_ENDPOINT_URL'] ?? `AWS (${settings.region})`;
    const remedy = settings.local
      ? 'Start it with "npm start" (or "tenantry up"), or set the usual AWS variables to mean AWS.'
      : 'Check the AWS credentials of this shell.';
    throw new Error(
      `Nobody answers at ${where}: ${cause instanceof Error ? cause.message || cause.name : String(cause)}. ${remedy}`,
      { cause },
    );
  }
}
