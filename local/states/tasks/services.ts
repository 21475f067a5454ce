/** How Step Functions names and calls the services behind its integrations. */
export interface IntegratedService {
  /** The service of the local cloud (SigV4 name). */
  readonly signingName: string;
  /** Prefix of error names of `aws-sdk:` tasks: the Java SDK v2's client name. */
  readonly sdkPrefix: string;
  /** API members start with a lower-case letter; states write them with an upper-case one. */
  readonly camelCase?: boolean;
  /** Errors of the model, beyond those that no model lists. */
  readonly modelled?: readonly string[];
  /** The model lists no errors at all, so all have the generic name. */
  readonly unmodelled?: boolean;
}

/** By the service part of `arn:aws:states:::aws-sdk:SERVICE:ACTION`. Others are called by their own name. */
const SERVICES: Readonly<Record<string, IntegratedService>> = {
  account: { signingName: 'account', sdkPrefix: 'Account', modelled: ['AccessDeniedException', 'ValidationException'] },
  budgets: { signingName: 'budgets', sdkPrefix: 'Budgets', modelled: ['AccessDeniedException', 'ThrottlingException'] },
  cloudformation: { signingName: 'cloudformation', sdkPrefix: 'CloudFormation' },
  cloudwatchlogs: { signingName: 'logs', sdkPrefix: 'CloudWatchLogs', camelCase: true },
  dynamodb: { signingName: 'dynamodb', sdkPrefix: 'DynamoDb', modelled: ['ThrottlingException'] },
  ec2: { signingName: 'ec2', sdkPrefix: 'Ec2', unmodelled: true },
  eks: {
    signingName: 'eks',
    sdkPrefix: 'Eks',
    camelCase: true,
    modelled: ['AccessDeniedException', 'ThrottlingException'],
  },
  eventbridge: { signingName: 'events', sdkPrefix: 'EventBridge' },
  iam: { signingName: 'iam', sdkPrefix: 'Iam' },
  kms: { signingName: 'kms', sdkPrefix: 'Kms' },
  lambda: { signingName: 'lambda', sdkPrefix: 'Lambda' },
  organizations: { signingName: 'organizations', sdkPrefix: 'Organizations', modelled: ['AccessDeniedException'] },
  s3: { signingName: 's3', sdkPrefix: 'S3' },
  scheduler: {
    signingName: 'scheduler',
    sdkPrefix: 'Scheduler',
    modelled: ['ThrottlingException', 'ValidationException'],
  },
  secretsmanager: { signingName: 'secretsmanager', sdkPrefix: 'SecretsManager' },
  servicequotas: { signingName: 'servicequotas', sdkPrefix: 'ServiceQuotas', modelled: ['AccessDeniedException'] },
  sfn: { signingName: 'states', sdkPrefix: 'Sfn', camelCase: true, modelled: ['ValidationException'] },
  sns: { signingName: 'sns', sdkPrefix: 'Sns', modelled: ['ValidationException'] },
  sqs: { signingName: 'sqs', sdkPrefix: 'Sqs' },
  ssm: { signingName: 'ssm', sdkPrefix: 'Ssm' },
  sts: { signingName: 'sts', sdkPrefix: 'Sts' },
};

/** The service of an `aws-sdk:` task. */
export function sdkService(name: string): IntegratedService {
  const known = Object.hasOwn(SERVICES, name) ? SERVICES[name] : undefined;
  return known ?? { signingName: name, sdkPrefix: name.charAt(0).toUpperCase() + name.slice(1) };
}

/** Names in errors of the optimized integrations: those of the Java SDK v1. */
export interface OptimizedService {
  readonly signingName: string;
  readonly prefix: string;
  /** "Service: …" in causes. */
  readonly serviceName: string;
  /** Name of errors that the model does not list. */
  readonly genericError: string;
  readonly camelCase?: boolean;
  readonly actions: readonly string[];
  /** Patterns beside `request` that an action supports. */
  readonly patterns?: Readonly<Record<string, readonly string[]>>;
}

/**
 * The optimized integrations of the local cloud's own services.
 * https://docs.aws.amazon.com/step-functions/latest/dg/integrate-optimized.html
 */
export const OPTIMIZED: Readonly<Record<string, OptimizedService>> = {
  lambda: {
    signingName: 'lambda',
    prefix: 'Lambda',
    serviceName: 'AWSLambda',
    genericError: 'AWSLambdaException',
    actions: ['invoke'],
    patterns: { invoke: ['token'] },
  },
  states: {
    signingName: 'states',
    prefix: 'StepFunctions',
    serviceName: 'AWSStepFunctions',
    genericError: 'AWSStepFunctionsException',
    camelCase: true,
    actions: ['startExecution'],
    patterns: { startExecution: ['sync', 'sync:2', 'token'] },
  },
  events: {
    signingName: 'events',
    prefix: 'EventBridge',
    serviceName: 'AmazonEventBridge',
    genericError: 'AmazonEventBridgeException',
    actions: ['putEvents'],
    patterns: { putEvents: ['token'] },
  },
  dynamodb: {
    signingName: 'dynamodb',
    prefix: 'DynamoDB',
    serviceName: 'AmazonDynamoDBv2',
    genericError: 'AmazonDynamoDBException',
    actions: ['getItem', 'putItem', 'updateItem', 'deleteItem'],
  },
  sqs: {
    signingName: 'sqs',
    prefix: 'SQS',
    serviceName: 'AmazonSQS',
    genericError: 'AmazonSQSException',
    actions: ['sendMessage'],
    patterns: { sendMessage: ['token'] },
  },
  sns: {
    signingName: 'sns',
    prefix: 'SNS',
    serviceName: 'AmazonSNS',
    genericError: 'AmazonSNSException',
    actions: ['publish'],
    patterns: { publish: ['token'] },
  },
};
