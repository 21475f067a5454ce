import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Architecture, Runtime, Tracing } from 'aws-cdk-lib/aws-lambda';
import { NodejsFunction, OutputFormat } from 'aws-cdk-lib/aws-lambda-nodejs';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { acknowledgeWildcards } from './acknowledge.ts';
import { projectRoot } from './project-root.ts';

export interface StepLambdaProps {
  /** Path below `functions/`, without the extension: `operations/admit`. */
  readonly source: string;
  /** Physical name; roles in other accounts and access entries of clusters refer to it. */
  readonly functionName: string;
  readonly environment?: Record<string, string>;
  readonly timeout?: Duration;
  readonly memoryMiB?: number;
  /** Files to bundle in place of imports: `#config` -> path. */
  readonly aliases: Readonly<Record<string, string>>;
  /** Takes events that this function, invoked asynchronously, failed to process. */
  readonly failedEvents?: IQueue;
}

/** The CDK wants a lock file to find the project by; a package that was installed from a registry has none. */
function lockFile(): string {
  const ours = join(projectRoot, 'package-lock.json');
  return existsSync(ours) ? ours : join(projectRoot, 'package.json');
}

/**
 * One Lambda function from one source file, with its own role that starts with nothing but its own log group and
 * tracing: every further right is granted by name.
 */
export class StepLambda extends Construct {
  readonly function: NodejsFunction;
  readonly role: Role;

  constructor(scope: Construct, id: string, props: StepLambdaProps) {
    super(scope, id);
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
    this.function = new NodejsFunction(this, 'Function', {
      functionName: props.functionName,
      entry: join(projectRoot, 'functions', `${props.source}.ts`),
      handler: 'handler',
      runtime: Runtime.NODEJS_24_X,
      architecture: Architecture.ARM_64,
      role: this.role,
      logGroup,
      tracing: Tracing.ACTIVE,
      timeout: props.timeout ?? Duration.seconds(30),
      memorySize: props.memoryMiB ?? 256,
      environment: { POWERTOOLS_LOG_LEVEL: 'INFO', NODE_OPTIONS: '--enable-source-maps', ...props.environment },
      ...(props.failedEvents && { deadLetterQueue: props.failedEvents, retryAttempts: 2 }),
      projectRoot,
      depsLockFilePath: lockFile(),
      bundling: {
        format: OutputFormat.ESM,
        target: 'node24',
        minify: true,
        sourceMap: true,
        sourcesContent: false,
        // Lambda's own SDK version is not the one that was tested.
        bundleAwsSDK: true,
        mainFields: ['module', 'main'],
        // Some dependencies are CommonJS and call require for Node's own modules.
        banner: "import{createRequire}from'node:module';const require=createRequire(import.meta.url);",
        esbuildArgs: Object.fromEntries(Object.entries(props.aliases).map(([name, path]) => [`--alias:${name}`, path])),
      },
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
}
