import { AwsError } from '../../kernel/errors.ts';
import type { OperationInput, RequestContext } from '../../kernel/service.ts';
import type { Collection } from '../../kernel/store.ts';
import type { Change } from '../change-preview.ts';
import type { Engine } from '../engine.ts';
import type { StackRecord } from '../stack-record.ts';

/** A change set as it is kept: the request that made it and what it found. */
export interface ChangeSetRecord {
  ChangeSetId: string;
  ChangeSetName: string;
  StackId: string;
  StackName: string;
  Type: 'CREATE' | 'UPDATE';
  Description?: string;
  Status: 'CREATE_COMPLETE' | 'FAILED';
  StatusReason?: string;
  ExecutionStatus: 'AVAILABLE' | 'UNAVAILABLE' | 'EXECUTE_COMPLETE' | 'OBSOLETE';
  createdAt: number;
  text: string;
  next: StackRecord;
  changes: Change[];
}

/** The change set that a request names. Throws ChangeSetNotFound. */
export function requireSet(
  engine: Engine,
  sets: Collection<ChangeSetRecord>,
  input: OperationInput,
  context: RequestContext,
): ChangeSetRecord {
  const set = lookUp(engine, sets, input, context);
  if (!set)
    throw new AwsError('ChangeSetNotFound', `ChangeSet [${input.ChangeSetName}] does not exist`, { status: 404 });
  return set;
}

/** Like {@link requireSet}, or undefined. */
export function lookUp(
  engine: Engine,
  sets: Collection<ChangeSetRecord>,
  input: OperationInput,
  context: RequestContext,
): ChangeSetRecord | undefined {
  const name = String(input.ChangeSetName);
  if (name.startsWith('arn:')) return sets.get(name);
  const stack = engine.stacks.require(context.accountId, context.region, String(input.StackName));
  return findSet(sets, stack.stackId, name);
}

/** A stack's change set by name. */
export function findSet(sets: Collection<ChangeSetRecord>, stackId: string, name: string): ChangeSetRecord | undefined {
  return sets
    .entries()
    .map(([, set]) => set)
    .find((set) => set.StackId === stackId && set.ChangeSetName === name);
}
