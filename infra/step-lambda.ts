import { Aws, Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { Effect, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import {
  Architecture,
  type CfnFunction,
  Code,
  Function as LambdaFunction,
  Runtime,
  Tracing,
} from 'aws-cdk-lib/aws-lambda';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { acknowledgeWildcards } from './acknowledge.ts';
import { type Bundling, bundleOf } from './bundle.ts';

export interface StepLambdaProps extends Bundling {
  /** Physical name; roles in other accounts and access entries of clusters refer to it. */
  readonly functionName: string;
  readonly environment?: Record<string, string>;
  readonly timeout?: Duration;
  readonly memoryMiB?: number;
  /** Takes events that this function, invoked asynchronously, failed to process. */
  readonly failedEvents?: IQueue;
}

/** Where a function is, if it is in a VPC. */
export interface FunctionNetwork {
  readonly subnetIds: readonly string[];
  readonly securityGroupIds: readonly string[];
}

const INTERFACES = 'EC2 names interfaces when Lambda makes them.';
const ADDRESSES = ['ec2:AssignPrivateIpAddresses', 'ec2:UnassignPrivateIpAddresses'] as const;
const LOOKING = ['ec2:DescribeNetworkInterfaces', 'ec2:DescribeSubnets'] as const;

/**
 * One Lambda function from one source file, with its own role that starts with nothing but its own log group and
 * tracing: every further right is granted by name.
 */
export class StepLambda extends Construct {
  readonly function: LambdaFunction;
  readonly role: Role;
  readonly #name: string;

  constructor(scope: Construct, id: string, props: StepLambdaProps) {
    super(scope, id);
    this.#name = props.functionName;
    const logGroup = new LogGroup(this, 'Logs', {
      logGroupName: `/aws/lambda/${props.functionName}`,
      retention: RetentionDays.THREE_MONTHS,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    this.role = new Role(this, 'Role', {
      // Trusted by this name in other accounts.
      roleName: props.functionName,
      assumedBy: new ServicePrincipal('lambda.amazonaws.com'),
      description: `Role of the function ${props.functionName}`,
    });
    this.role.addToPolicy(
      new PolicyStatement({
        actions: ['logs:CreateLogStream', 'logs:PutLogEvents'],
        resources: [logGroup.logGroupArn],
      }),
    );
    this.function = new LambdaFunction(this, 'Function', {
      functionName: props.functionName,
      code: Stack.of(this).bundlingRequired
        ? Code.fromAsset(bundleOf(this, props))
        : Code.fromInline('export const handler = undefined;'),
      handler: 'index.handler',
      runtime: Runtime.NODEJS_24_X,
      architecture: Architecture.ARM_64,
      role: this.role,
      logGroup,
      tracing: Tracing.ACTIVE,
      timeout: props.timeout ?? Duration.seconds(30),
      memorySize: props.memoryMiB ?? 256,
      environment: { POWERTOOLS_LOG_LEVEL: 'INFO', NODE_OPTIONS: '--enable-source-maps', ...props.environment },
      ...(props.failedEvents && { deadLetterQueue: props.failedEvents, retryAttempts: 2 }),
    });
    acknowledgeWildcards(this.role, 'xray:PutTraceSegments and PutTelemetryRecords take no resource.', ['*']);
  }

  /**
   * Grants exactly these actions on exactly these resources. A resource with a wildcard needs a `wildcardReason`, else
   * the template's check fails.
   */
  allow(
    actions: string[],
    resources: string[],
    options: { wildcardReason?: string; conditions?: Record<string, Record<string, string>> } = {},
  ): void {
    this.role.addToPolicy(
      new PolicyStatement({ actions, resources, ...(options.conditions && { conditions: options.conditions }) }),
    );
    if (options.wildcardReason) acknowledgeWildcards(this.role, options.wildcardReason, resources);
  }

  /**
   * Puts the function into a VPC. Lambda makes the interfaces with the function's own role; its code does not get that right. To
   * delete them Lambda demands a right to every id of EC2.
   * https://docs.aws.amazon.com/lambda/latest/dg/configuration-vpc.html
   */
  enterNetwork({ subnetIds, securityGroupIds }: FunctionNetwork): void {
    const ec2 = `arn:${Aws.PARTITION}:ec2:${Aws.REGION}:${Aws.ACCOUNT_ID}:`;
    const interfaces = `${ec2}network-interface/*`;
    const places = [
      ...subnetIds.map((id) => `${ec2}subnet/${id}`),
      ...securityGroupIds.map((id) => `${ec2}security-group/${id}`),
    ];
    this.allow(['ec2:CreateNetworkInterface'], [interfaces, ...places], { wildcardReason: INTERFACES });
    this.allow([...ADDRESSES], [interfaces], { wildcardReason: INTERFACES });
    this.allow(['ec2:DeleteNetworkInterface'], [`${ec2}*/*`], {
      wildcardReason: 'Lambda takes a right to the interfaces alone for none; the code of the function is denied it.',
    });
    this.allow([...LOOKING], ['*'], { wildcardReason: 'Describing in EC2 takes no resource.' });
    // The function's own ARN would be a circle: it is made after its role.
    const functionArn = `arn:${Aws.PARTITION}:lambda:${Aws.REGION}:${Aws.ACCOUNT_ID}:function:${this.#name}`;
    this.role.addToPolicy(
      new PolicyStatement({
        sid: 'InterfacesAreNotForTheCode',
        effect: Effect.DENY,
        actions: ['ec2:CreateNetworkInterface', 'ec2:DeleteNetworkInterface', ...ADDRESSES, ...LOOKING],
        resources: ['*'],
        conditions: { ArnEquals: { 'lambda:SourceFunctionArn': functionArn } },
      }),
    );
    const resource = this.function.node.defaultChild as CfnFunction;
    resource.vpcConfig = { subnetIds: [...subnetIds], securityGroupIds: [...securityGroupIds] };
  }
}
