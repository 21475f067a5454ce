// biome-ignore-all lint/suspicious/noTemplateCurlyInString: placeholders of the cloud assembly
import { readFileSync } from 'node:fs';
import { administrator } from '../kernel/cloud.ts';
import { AwsError } from '../kernel/errors.ts';
import type { Caller, Cloud, OperationInput } from '../kernel/service.ts';
import { publishAssets } from './assembly-assets.ts';
import { type AssemblyStack, readAssembly } from './assembly-manifest.ts';
import { StackFailed, whenSettled } from './stack-waiting.ts';

/** An operation of the local cloud, called for the account and region of one stack. */
export type Call = (service: string, operation: string, input: unknown) => Promise<OperationInput>;

export interface AssemblyOptions {
  /** Who deploys; default: the administrator of each stack's account. */
  caller?: (accountId: string) => Caller;
  /** Deploy only these stacks, by stack name, and what they depend on. Default: all. */
  stacks?: readonly string[];
  /** Values of template parameters, by stack name. */
  parameters?: Readonly<Record<string, Readonly<Record<string, string>>>>;
  /** Told of each step: "publishing 3 assets of Shop", "Shop: CREATE_COMPLETE". */
  progress?: (line: string) => void;
}

export interface DeployedStack {
  stackName: string;
  stackId: string;
  accountId: string;
  region: string;
  /** False when the stack already was as the assembly says. */
  changed: boolean;
  outputs: Record<string, string>;
}

/** The version that `cdk bootstrap` leaves in Parameter Store; assemblies ask for at least theirs. */
const BOOTSTRAP_VERSION = '30';
const BOOTSTRAP_PARAMETER = '/cdk-bootstrap/hnb659fds/version';
const CAPABILITIES = ['CAPABILITY_IAM', 'CAPABILITY_NAMED_IAM', 'CAPABILITY_AUTO_EXPAND'];

/**
 * Deploys what `cdk synth` wrote to `folder`, as `cdk deploy --all` does: bootstraps each environment, publishes file
 * assets, creates or updates each stack after those it depends on. Deploying the same assembly again changes nothing.
 * Throws {@link StackFailed}, which names stack, resource and reason, and AwsError for what CloudFormation refuses.
 */
export async function deployAssembly(
  cloud: Cloud,
  folder: string,
  options: AssemblyOptions = {},
): Promise<DeployedStack[]> {
  const deployed: DeployedStack[] = [];
  for (const stack of selected(readAssembly(folder), options.stacks)) {
    deployed.push(await deployStack(cloud, stack, options));
  }
  return deployed;
}

function selected(stacks: AssemblyStack[], names: readonly string[] | undefined): AssemblyStack[] {
  if (!names) return stacks;
  const unknown = names.filter((name) => !stacks.some((stack) => stack.stackName === name));
  if (unknown.length > 0) {
    throw new Error(
      `The assembly has no stack ${unknown.join(', ')}; it has: ${stacks.map((stack) => stack.stackName).join(', ')}`,
    );
  }
  const wanted = new Set(stacks.filter((stack) => names.includes(stack.stackName)).map((stack) => stack.id));
  // Dependencies stand before their dependents, so one pass from the end finds them all.
  for (const stack of [...stacks].reverse())
    if (wanted.has(stack.id)) for (const id of stack.dependencies) wanted.add(id);
  return stacks.filter((stack) => wanted.has(stack.id));
}

async function deployStack(cloud: Cloud, stack: AssemblyStack, options: AssemblyOptions): Promise<DeployedStack> {
  const accountId = stack.accountId ?? cloud.accountId;
  const region = stack.region ?? cloud.region;
  const caller = options.caller?.(accountId) ?? administrator(accountId);
  const call: Call = (service, operation, input) => cloud.call(service, operation, input, caller, { region });
  const fill = (text: string) =>
    text
      .replaceAll('${AWS::AccountId}', accountId)
      .replaceAll('${AWS::Region}', region)
      .replaceAll('${AWS::Partition}', 'aws');
  const progress = options.progress ?? (() => undefined);

  await bootstrap(call, `cdk-hnb659fds-assets-${accountId}-${region}`);
  for (const manifest of stack.assetManifests) {
    const uploaded = await publishAssets(call, manifest, fill);
    if (uploaded > 0) progress(`${stack.stackName}: published ${uploaded} assets`);
  }
  const changed = await createOrUpdate(cloud, call, stack, inputOf(stack, fill, options));
  const settled = await whenSettled(cloud, call, stack.stackName);
  progress(`${stack.stackName}: ${changed ? settled.StackStatus : 'no changes'}`);
  if (!['CREATE_COMPLETE', 'UPDATE_COMPLETE'].includes(settled.StackStatus) && changed) {
    throw await StackFailed.of(call, settled);
  }
  const outputs = (settled.Outputs ?? []).map((output: { OutputKey: string; OutputValue: string }) => [
    output.OutputKey,
    output.OutputValue,
  ]);
  return {
    stackName: stack.stackName,
    stackId: settled.StackId,
    accountId,
    region,
    changed,
    outputs: Object.fromEntries(outputs),
  };
}

/** What `cdk bootstrap` would have left: the version parameter and the bucket for assets. */
async function bootstrap(call: Call, Bucket: string): Promise<void> {
  const known = await call('ssm', 'GetParameters', { Names: [BOOTSTRAP_PARAMETER] });
  if (known.Parameters.length === 0) {
    await call('ssm', 'PutParameter', { Name: BOOTSTRAP_PARAMETER, Type: 'String', Value: BOOTSTRAP_VERSION });
  }
  try {
    await call('s3', 'HeadBucket', { Bucket });
  } catch (error) {
    if (!(error instanceof AwsError && error.status === 404)) throw error;
    await call('s3', 'CreateBucket', { Bucket });
    await call('s3', 'PutBucketVersioning', { Bucket, VersioningConfiguration: { Status: 'Enabled' } });
  }
}

function inputOf(
  stack: AssemblyStack,
  fill: (text: string) => string,
  options: AssemblyOptions,
): Record<string, unknown> {
  const parameters = { ...stack.parameters, ...options.parameters?.[stack.stackName] };
  const source = stack.templateUrl
    ? { TemplateURL: fill(stack.templateUrl) }
    : { TemplateBody: readFileSync(stack.templateFile, 'utf8') };
  return {
    StackName: stack.stackName,
    ...source,
    Capabilities: CAPABILITIES,
    Parameters: Object.entries(parameters).map(([ParameterKey, ParameterValue]) => ({ ParameterKey, ParameterValue })),
    Tags: Object.entries(stack.tags).map(([Key, Value]) => ({ Key, Value })),
  };
}

/** Starts what is needed; false when the stack is up to date. A stack that never came to be is made anew, as the CDK does. */
async function createOrUpdate(
  cloud: Cloud,
  call: Call,
  stack: AssemblyStack,
  input: Record<string, unknown>,
): Promise<boolean> {
  const existing = await findSettled(cloud, call, stack.stackName);
  if (existing && ['ROLLBACK_COMPLETE', 'ROLLBACK_FAILED', 'DELETE_FAILED'].includes(existing.StackStatus)) {
    await call('cloudformation', 'DeleteStack', { StackName: stack.stackName });
    const gone = await whenSettled(cloud, call, existing.StackId);
    if (gone.StackStatus !== 'DELETE_COMPLETE') throw await StackFailed.of(call, gone);
  } else if (existing) {
    return update(call, input);
  }
  await call('cloudformation', 'CreateStack', { ...input, EnableTerminationProtection: stack.terminationProtection });
  return true;
}

async function update(call: Call, input: Record<string, unknown>): Promise<boolean> {
  try {
    await call('cloudformation', 'UpdateStack', input);
    return true;
  } catch (error) {
    if (error instanceof AwsError && error.message === 'No updates are to be performed.') return false;
    throw error;
  }
}

/** The stack after whatever an earlier process had begun; undefined if there is none. */
async function findSettled(cloud: Cloud, call: Call, stackName: string): Promise<OperationInput | undefined> {
  try {
    return await whenSettled(cloud, call, stackName);
  } catch (error) {
    if (error instanceof AwsError && error.message.endsWith('does not exist')) return undefined;
    throw error;
  }
}
