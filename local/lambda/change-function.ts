import { randomUUID } from 'node:crypto';
import { AwsError } from '../kernel/errors.ts';
import type { OperationInput, RequestContext } from '../kernel/service.ts';
import { functionArn, parseFunctionRef } from './arn.ts';
import { describeVersion } from './configuration.ts';
import { whenActive } from './create-function.ts';
import type { FunctionRecord, VersionRecord } from './function-store.ts';
import type { LambdaParts } from './parts.ts';
import { publish } from './publish.ts';

/** The function, if it may be changed now. Throws ResourceConflictException while it is created or updated, PreconditionFailedException for an outdated RevisionId. */
export function changeable(parts: LambdaParts, input: OperationInput, context: RequestContext): FunctionRecord {
  const ref = parseFunctionRef(input.FunctionName, undefined, context);
  const record = parts.functions.get(ref);
  if (input.RevisionId !== undefined && input.RevisionId !== record.latest.revisionId) {
    throw new AwsError(
      'PreconditionFailedException',
      'The Revision Id provided does not match the latest Revision Id. Call the GetFunction/GetAlias API to retrieve the latest Revision Id',
      { status: 412, fields: { Type: 'User' } },
    );
  }
  if (parts.cloud.clock.now() < record.latest.activeAt) {
    const what = record.latest.updating
      ? `An update is in progress for resource: ${functionArn(record)}`
      : 'The function is currently in the following state: Pending';
    throw new AwsError('ResourceConflictException', `The operation cannot be performed at this time. ${what}`, {
      status: 409,
      fields: { Type: 'User' },
    });
  }
  return record;
}

/** Makes the changes the new `$LATEST`: a new revision with new workers. */
export function change(
  parts: LambdaParts,
  record: FunctionRecord,
  changes: Partial<VersionRecord>,
  publishIt?: boolean,
) {
  const now = parts.cloud.clock.now();
  const previous = record.latest;
  const latest: VersionRecord = {
    ...previous,
    ...changes,
    lastModified: now,
    revisionId: randomUUID(),
    activeAt: now + parts.activationMilliseconds,
    updating: true,
  };
  const changed = { ...record, latest };
  parts.functions.put(changed);
  parts.invoker.discard(record, previous);
  const published = publishIt ? publish(parts, changed) : undefined;
  whenActive(parts, changed);
  return describeVersion(changed, published ?? latest, now);
}
