import { randomUUID } from 'node:crypto';
import { AwsError } from '../kernel/errors.ts';
import type { AccessRequest, OperationInput, RequestContext } from '../kernel/service.ts';
import { parseFunctionRef } from './arn.ts';
import { storeCode } from './code-store.ts';
import { describeVersion, settingsFrom } from './configuration.ts';
import type { FunctionRecord, VersionRecord } from './function-store.ts';
import type { LambdaParts } from './parts.ts';
import { publish } from './publish.ts';
import { checkedVpc } from './vpc.ts';

/** Whoever gives a function its role must be allowed to pass it. */
export function passRole(role: unknown): AccessRequest[] {
  return [
    { action: 'iam:PassRole', resource: String(role), conditions: { 'iam:PassedToService': 'lambda.amazonaws.com' } },
  ];
}

/** Throws InvalidParameterValueException when Lambda cannot assume the role, as for seconds after its creation. */
export function assumable(parts: LambdaParts, role: string, name: string): void {
  try {
    parts.cloud.identity.serviceRole(role, 'lambda.amazonaws.com', name);
  } catch (cause) {
    if (!(cause instanceof AwsError)) throw cause;
    throw new AwsError(
      'InvalidParameterValueException',
      'The role defined for the function cannot be assumed by Lambda.',
      { fields: { Type: 'User' }, cause },
    );
  }
}

/** CreateFunction: the function is Pending until `activationMilliseconds` are over. */
export async function createFunction(parts: LambdaParts, input: OperationInput, context: RequestContext) {
  const ref = parseFunctionRef(input.FunctionName, undefined, context);
  const settings = settingsFrom(input, ref.name);
  refuseExisting(parts, ref);
  if (settings.role.split(':')[4] !== context.accountId) {
    throw new AwsError('AccessDeniedException', 'Cross-account pass role is not allowed.', { status: 403 });
  }
  assumable(parts, settings.role, ref.name);
  const vpc = checkedVpc(parts, settings, ref.name, context);
  const code = await storeCode(parts.cloud, input.Code, context.caller);
  refuseExisting(parts, ref);
  const now = parts.cloud.clock.now();
  const latest: VersionRecord = {
    ...settings,
    ...(vpc && { vpc }),
    version: '$LATEST',
    codeSha256: code.sha256,
    codeSize: code.size,
    lastModified: now,
    revisionId: randomUUID(),
    activeAt: now + parts.activationMilliseconds,
    updating: false,
  };
  const record: FunctionRecord = {
    accountId: context.accountId,
    region: context.region,
    name: ref.name,
    latest,
    published: [],
    lastVersion: 0,
    aliases: {},
    statements: [],
    tags: input.Tags ?? {},
    eventInvoke: {},
  };
  parts.functions.put(record);
  if (input.Publish) publish(parts, record);
  whenActive(parts, record);
  return describeVersion(record, latest, now);
}

function refuseExisting(parts: LambdaParts, ref: { accountId: string; region: string; name: string }): void {
  if (!parts.functions.find(ref)) return;
  throw new AwsError('ResourceConflictException', `Function already exist: ${ref.name}`, {
    status: 409,
    fields: { Type: 'User' },
  });
}

/** Lets the clock know of the end of Pending (so that a jumping one gets there), and starts a worker then. */
export function whenActive(parts: LambdaParts, record: FunctionRecord): void {
  const { revisionId } = record.latest;
  parts.cloud.clock.at(record.latest.activeAt, () => {
    const current = parts.functions.find(record);
    if (parts.prewarm && current?.latest.revisionId === revisionId) parts.invoker.prewarm(current, current.latest);
  });
}
