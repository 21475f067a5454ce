import { AwsError } from '../../kernel/errors.ts';
import type { JsonValue, ResultDestination } from '../engine/contract.ts';
import { StateFailure } from '../engine/failure.ts';
import type { ChildWorkflow } from '../engine/map-run-view.ts';
import { isObject } from '../engine/payload.ts';
import type { States } from '../states.ts';
import { taskSession } from '../tasks/session.ts';

/**
 * The result of a Map with a ResultWriter: reshaped, or exported to Amazon S3 as a manifest and one file per outcome.
 * Throws StateFailure `States.ResultWriterFailed`.
 * https://docs.aws.amazon.com/step-functions/latest/dg/input-output-resultwriter.html
 */
export async function writeResults(states: States, destination: ResultDestination): Promise<JsonValue> {
  const { execution, mapRunArn, parameters } = destination;
  const run = states.engine.mapRuns(execution.executionArn).find((view) => view.mapRunArn === mapRunArn);
  const children = run?.children ?? [];
  const stateMachineArn = mapRunArn.replace(':mapRun:', ':stateMachine:').replace(/:[^:]+$/, '');
  const shapedOf = (status: ChildWorkflow['status']) =>
    children
      .filter((child) => child.status === status)
      .flatMap((child) => shaped(child, stateMachineArn, destination.transformation));
  if (parameters === undefined) return shapedOf('SUCCEEDED');
  try {
    return await exportResults(states, destination, { SUCCEEDED: shapedOf('SUCCEEDED'), FAILED: shapedOf('FAILED') });
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error);
    const cause = error instanceof AwsError ? `${text} (Service: S3, Status Code: ${error.status})` : text;
    throw new StateFailure('States.ResultWriterFailed', cause);
  }
}

/** Failed children are always shown as they are. */
function shaped(child: ChildWorkflow, stateMachineArn: string, transformation: string): JsonValue[] {
  if (child.status !== 'SUCCEEDED' || transformation === 'NONE') return [described(child, stateMachineArn)];
  const output = JSON.parse(child.output ?? 'null') as JsonValue;
  return transformation === 'FLATTEN' && Array.isArray(output) ? output : [output];
}

function described(child: ChildWorkflow, stateMachineArn: string): JsonValue {
  const { cause, error, output } = child;
  const included = { Included: true };
  return {
    ...(cause !== undefined && { Cause: cause }),
    ...(error !== undefined && { Error: error }),
    ExecutionArn: child.executionArn,
    Input: child.input,
    InputDetails: included,
    Name: child.name,
    ...(output !== undefined && { Output: output }),
    OutputDetails: included,
    RedriveCount: 0,
    RedriveStatus: 'NOT_REDRIVABLE',
    RedriveStatusReason: `Execution is ${child.status} and cannot be redriven`,
    StartDate: new Date(child.startTime).toISOString(),
    StateMachineArn: stateMachineArn,
    Status: child.status,
    StopDate: new Date(child.stopTime ?? child.startTime).toISOString(),
  };
}

async function exportResults(
  states: States,
  { execution, mapRunArn, parameters, outputType }: ResultDestination,
  results: Record<'SUCCEEDED' | 'FAILED', JsonValue[]>,
): Promise<JsonValue> {
  const { Bucket: bucket, Prefix: prefix } = isObject(parameters) ? parameters : {};
  if (typeof bucket !== 'string') throw new Error('The ResultWriter has no Bucket');
  const caller = await taskSession(states, { execution, roleArn: execution.roleArn });
  const folder = [...(typeof prefix === 'string' ? [prefix.replace(/\/$/, '')] : []), mapRunArn.split(':').at(-1)];
  const put = async (name: string, text: string) => {
    const Key = [...folder, name].join('/');
    const Body = Buffer.from(text);
    await states.cloud.call('s3', 'PutObject', { Bucket: bucket, Key, Body }, caller);
    return { Key, Size: Body.length };
  };
  const file = async (status: 'SUCCEEDED' | 'FAILED') => {
    const list = results[status];
    if (list.length === 0) return [];
    const lines = outputType === 'JSONL';
    const text = lines ? list.map((item) => `${JSON.stringify(item)}\n`).join('') : JSON.stringify(list);
    return [await put(`${status}_0.${lines ? 'jsonl' : 'json'}`, text)];
  };
  const ResultFiles = { FAILED: await file('FAILED'), PENDING: [], SUCCEEDED: await file('SUCCEEDED') };
  const manifest = { DestinationBucket: bucket, MapRunArn: mapRunArn, ResultFiles };
  const { Key } = await put('manifest.json', JSON.stringify(manifest));
  return { MapRunArn: mapRunArn, ResultWriterDetails: { Bucket: bucket, Key } };
}
