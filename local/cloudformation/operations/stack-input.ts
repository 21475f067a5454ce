import { AwsError } from '../../kernel/errors.ts';
import type { AccessRequest, OperationInput, RequestContext } from '../../kernel/service.ts';
import { deploymentCaller, type Engine, refuseForeignRole } from '../engine.ts';
import { type ParameterInput, parameterTexts, ssmParameters } from '../parameters.ts';
import type { Tag } from '../resource-provider.ts';
import type { StackRecord, StackSettings } from '../stack-record.ts';
import { readerOf } from '../stack-scope.ts';
import { type Template, validationError } from '../template.ts';
import { objectOfUrl } from './template-url.ts';

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html (bytes) */
const BODY_MAXIMUM = 51_200;
const OBJECT_MAXIMUM = 1_048_576;

/** A wire boolean: real in process, text over HTTP. */
export function flag(value: unknown): boolean {
  return value === true || value === 'true';
}

/** Throws ValidationError as AWS for a stack name that breaks the pattern. */
export function checkStackName(name: unknown): string {
  if (typeof name !== 'string' || !/^[a-zA-Z][-a-zA-Z0-9]{0,127}$/.test(name)) {
    const given = name === undefined || name === null ? 'null' : `'${String(name)}'`;
    const constraint =
      typeof name === 'string'
        ? name.length > 128
          ? 'Member must have length less than or equal to 128'
          : 'Member must satisfy regular expression pattern: [a-zA-Z][-a-zA-Z0-9]*'
        : 'Member must not be null';
    throw validationError(
      `1 validation error detected: Value ${given} at 'stackName' failed to satisfy constraint: ${constraint}`,
    );
  }
  return name;
}

/** Throws ValidationError as AWS for a ClientRequestToken that breaks the pattern; none is right. */
export function checkRequestToken({ ClientRequestToken: token }: OperationInput): void {
  if (token === undefined || (typeof token === 'string' && /^[a-zA-Z0-9][-a-zA-Z0-9]{0,127}$/.test(token))) return;
  const constraint =
    String(token).length > 128
      ? 'Member must have length less than or equal to 128'
      : 'Member must satisfy regular expression pattern: [a-zA-Z0-9][-a-zA-Z0-9]*';
  throw validationError(
    `1 validation error detected: Value '${String(token)}' at 'clientRequestToken' failed to satisfy constraint: ${constraint}`,
  );
}

/** The template text of a request: its body, or the S3 object of its URL, read with the caller's rights. */
export async function templateText(
  engine: Engine,
  input: OperationInput,
  context: RequestContext,
): Promise<string | undefined> {
  if (input.TemplateBody !== undefined && input.TemplateURL !== undefined) {
    throw validationError('Only one of TemplateBody or TemplateUrl may be specified');
  }
  if (typeof input.TemplateBody === 'string') {
    const size = Buffer.byteLength(input.TemplateBody);
    if (size > BODY_MAXIMUM || size === 0) {
      throw validationError(
        `1 validation error detected: Value '${input.TemplateBody.slice(0, 50)}...' at 'templateBody' failed to satisfy constraint: Member must have length ${size === 0 ? 'greater than or equal to 1' : 'less than or equal to 51200'}`,
      );
    }
    return input.TemplateBody;
  }
  if (typeof input.TemplateURL !== 'string') return undefined;
  const { bucket, key } = objectOfUrl(input.TemplateURL);
  const text = await readObject(engine, bucket, key, context);
  if (Buffer.byteLength(text) > OBJECT_MAXIMUM) {
    throw validationError('Template may not exceed 1000000 bytes in size.');
  }
  return text;
}

async function readObject(engine: Engine, Bucket: string, Key: string, context: RequestContext): Promise<string> {
  try {
    const object = await engine.cloud.call('s3', 'GetObject', { Bucket, Key }, context.caller, {
      region: context.region,
    });
    return Buffer.from(object.Body as Uint8Array).toString('utf8');
  } catch (error) {
    if (error instanceof AwsError) throw validationError(`S3 error: ${error.message}`);
    throw error;
  }
}

/** Like {@link templateText}; throws ValidationError when the request has no template. */
export async function requireTemplateText(
  engine: Engine,
  input: OperationInput,
  context: RequestContext,
): Promise<string> {
  const text = await templateText(engine, input, context);
  if (text === undefined) throw validationError('Either Template URL or Template Body must be specified.');
  return text;
}

/** Checks and copies the tags of a request. */
export function tagsOf(input: OperationInput): Tag[] {
  const tags: Tag[] = (input.Tags ?? []).map((tag: Tag) => ({ Key: String(tag.Key), Value: String(tag.Value ?? '') }));
  if (tags.length > 50) {
    throw validationError(
      "1 validation error detected: Value at 'tags' failed to satisfy constraint: Member must have length less than or equal to 50",
    );
  }
  for (const { Key } of tags) {
    if (Key.startsWith('aws:')) throw validationError('Tag keys starting with `aws:` are reserved for system use');
  }
  return tags;
}

const NAMED_IAM: Record<string, string> = {
  'AWS::IAM::Role': 'RoleName',
  'AWS::IAM::Policy': '',
  'AWS::IAM::ManagedPolicy': 'ManagedPolicyName',
  'AWS::IAM::InstanceProfile': 'InstanceProfileName',
  'AWS::IAM::User': 'UserName',
  'AWS::IAM::Group': 'GroupName',
  'AWS::IAM::AccessKey': '',
  'AWS::IAM::UserToGroupAddition': '',
};

/** The capabilities a template needs, and the resource types that need them. */
export function requiredCapabilities(template: Template): { capabilities: string[]; reason?: string } {
  const iam = Object.values(template.Resources).filter((resource) => resource.Type in NAMED_IAM);
  const named = iam.some((resource) => resource.Properties?.[NAMED_IAM[resource.Type] || 'none'] !== undefined);
  const capabilities = iam.length === 0 ? [] : [named ? 'CAPABILITY_NAMED_IAM' : 'CAPABILITY_IAM'];
  if (template.Transform !== undefined) capabilities.push('CAPABILITY_AUTO_EXPAND');
  const types = [...new Set(iam.map((resource) => resource.Type))];
  const reason =
    types.length === 0 ? undefined : `The following resource(s) require capabilities: [${types.join(', ')}]`;
  return { capabilities, reason };
}

/** Throws InsufficientCapabilitiesException unless the caller acknowledged what the template does. */
export function checkCapabilities(template: Template, given: readonly string[]): void {
  const missing = requiredCapabilities(template).capabilities.filter(
    (capability) =>
      !given.includes(capability) && !(capability === 'CAPABILITY_IAM' && given.includes('CAPABILITY_NAMED_IAM')),
  );
  if (missing.length > 0) {
    throw new AwsError('InsufficientCapabilitiesException', `Requires capabilities : [${missing.join(', ')}]`);
  }
}

/**
 * The settings that a create or update asks for, parameters resolved. Throws what the checks throw, and ValidationError
 * when the service role cannot be assumed.
 */
export async function settingsOf(
  engine: Engine,
  stack: Pick<StackRecord, 'operation' | 'region' | 'roleArn'> & Partial<StackRecord>,
  template: Template,
  input: OperationInput,
): Promise<StackSettings> {
  const capabilities: string[] = (input.Capabilities ?? []).map(String);
  checkCapabilities(template, capabilities);
  const parameters = parameterTexts(template, (input.Parameters ?? []) as ParameterInput[], stack.parameters);
  const roleArn: string | undefined = input.RoleARN ?? stack.roleArn;
  const target = { ...stack, roleArn } as StackRecord;
  checkRole(engine, target);
  const read = readerOf(engine, target);
  const resolved = await Promise.all(
    ssmParameters(template).map(async ({ key }) => [key, await read(parameters[key] ?? '')] as const),
  );
  return {
    description: template.Description,
    parameters,
    resolvedParameters: Object.fromEntries(resolved),
    tags: input.Tags === undefined ? (stack.tags ?? []) : tagsOf(input),
    capabilities,
    roleArn,
    notificationArns: (input.NotificationARNs ?? stack.notificationArns ?? []).map(String),
    outputs: stack.outputs ?? [],
  };
}

function checkRole(engine: Engine, stack: StackRecord): void {
  refuseForeignRole(stack);
  try {
    deploymentCaller(engine, stack);
  } catch (error) {
    if (error instanceof AwsError) throw validationError(`Role ${stack.roleArn} is invalid or cannot be assumed`);
    throw error;
  }
}

/** IAM requests of an operation on one stack, with the condition keys of CloudFormation. */
export function stackAccess(action: string, input: OperationInput, context: RequestContext): AccessRequest[] {
  const name = String(input.StackName ?? '*');
  const resource = name.startsWith('arn:')
    ? name
    : `arn:aws:cloudformation:${context.region}:${context.accountId}:stack/${name}/*`;
  const conditions: Record<string, string | readonly string[]> = {};
  if (typeof input.RoleARN === 'string') conditions['cloudformation:RoleArn'] = input.RoleARN;
  if (typeof input.TemplateURL === 'string') conditions['cloudformation:TemplateUrl'] = input.TemplateURL;
  if (typeof input.ChangeSetName === 'string') conditions['cloudformation:ChangeSetName'] = input.ChangeSetName;
  const tags = (Array.isArray(input.Tags) ? input.Tags : []) as Tag[];
  for (const tag of tags) conditions[`aws:RequestTag/${tag.Key}`] = String(tag.Value);
  if (tags.length > 0) conditions['aws:TagKeys'] = tags.map((tag) => String(tag.Key));
  const requests: AccessRequest[] = [{ action: `cloudformation:${action}`, resource, conditions }];
  if (typeof input.RoleARN === 'string') {
    requests.push({
      action: 'iam:PassRole',
      resource: input.RoleARN,
      conditions: { 'iam:PassedToService': 'cloudformation.amazonaws.com' },
    });
  }
  return requests;
}

/** One page of a list and the token of the next. */
export function page<T>(items: readonly T[], token: unknown, size: number): { items: T[]; NextToken?: string } {
  const start = token === undefined || token === '' ? 0 : Number(Buffer.from(String(token), 'base64url').toString());
  if (!Number.isInteger(start) || start < 0) throw validationError('Invalid NextToken');
  const end = start + size;
  const NextToken = end < items.length ? Buffer.from(String(end)).toString('base64url') : undefined;
  return { items: items.slice(start, end), NextToken };
}
