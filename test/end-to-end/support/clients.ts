import { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { EKSClient } from '@aws-sdk/client-eks';
import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { IAMClient } from '@aws-sdk/client-iam';
import { SFNClient } from '@aws-sdk/client-sfn';
import { SQSClient } from '@aws-sdk/client-sqs';
import { STSClient } from '@aws-sdk/client-sts';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';

export const ACCOUNT = '111111111111';
export const REGION = 'us-east-1';

export interface Clients {
  readonly endpoint: string;
  readonly events: EventBridgeClient;
  readonly queues: SQSClient;
  readonly stepFunctions: SFNClient;
  readonly iam: IAMClient;
  readonly stacks: CloudFormationClient;
  readonly eks: EKSClient;
  readonly sts: STSClient;
  readonly table: DynamoDBDocumentClient;
}

/** The SDK's clients for a local cloud, as the administrator of its account. */
export function connect(endpoint: string): Clients {
  const options = { endpoint, region: REGION, credentials: { accessKeyId: ACCOUNT, secretAccessKey: 'local' } };
  return {
    endpoint,
    events: new EventBridgeClient(options),
    queues: new SQSClient(options),
    stepFunctions: new SFNClient(options),
    iam: new IAMClient(options),
    stacks: new CloudFormationClient(options),
    eks: new EKSClient(options),
    sts: new STSClient(options),
    table: DynamoDBDocumentClient.from(new DynamoDBClient(options)),
  };
}

/** ARN of an execution's state machine of the product. */
export function stateMachineArn(workflow: string): string {
  return `arn:aws:states:${REGION}:${ACCOUNT}:stateMachine:tenantry-${workflow}`;
}
