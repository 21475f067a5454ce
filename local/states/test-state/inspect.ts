import type { JsonObject } from '../definition/diagnostics.ts';
import type { HistoryEvent, JsonValue, TaskRunner } from '../engine/contract.ts';
import type { SandboxResult, SandboxRun } from './sandbox.ts';
import { answering } from './task-runners.ts';

type Probe = (state: JsonObject, tasks?: TaskRunner) => Promise<JsonValue | undefined>;

/**
 * The `inspectionData` of TestState: what the data looks like between the state's fields. Each stage is found by
 * running the state without what comes after it, so it is evaluated by the same engine.
 * https://docs.aws.amazon.com/step-functions/latest/apireference/API_InspectionData.html
 */
export async function inspectState(
  tested: SandboxRun,
  result: SandboxResult,
  run: (run: SandboxRun) => Promise<SandboxResult>,
): Promise<Record<string, unknown>> {
  const probe: Probe = async (state, tasks = tested.tasks) => {
    const { outcome } = await run({ ...tested, state, tasks });
    return outcome.output === undefined ? undefined : (JSON.parse(outcome.output) as JsonValue);
  };
  const stages =
    tested.language === 'JSONata'
      ? await jsonataStages(tested, result, probe)
      : await pathStages(tested, result, probe);
  const texts = Object.entries(stages).filter(([, value]) => value !== undefined);
  return {
    input: JSON.stringify(tested.input),
    ...Object.fromEntries(texts.map(([name, value]) => [name, JSON.stringify(value)])),
    variables: JSON.stringify(result.variables),
    ...mapSettings(tested.state),
  };
}

type Stages = Record<string, JsonValue | undefined>;

async function jsonataStages(tested: SandboxRun, result: SandboxResult, probe: Probe): Promise<Stages> {
  const { Type: type, Arguments: given } = tested.state;
  const stages: Stages = { result: taskResult(result.events) };
  if (given !== undefined) stages['afterArguments'] = await probe({ Type: 'Pass', Output: given, End: true });
  if (type === 'Map') stages['afterItemSelector'] = await probe(mapOf(tested.state, ['Items', 'ItemSelector']));
  return stages;
}

async function pathStages(tested: SandboxRun, result: SandboxResult, probe: Probe): Promise<Stages> {
  const { state } = tested;
  const pick = (...fields: string[]): JsonObject =>
    Object.fromEntries(fields.flatMap((field) => (state[field] === undefined ? [] : [[field, state[field]]])));
  const pass = (...fields: string[]): JsonObject => ({ Type: 'Pass', ...pick(...fields), End: true });
  const stages: Stages = { afterInputPath: await probe(pass('InputPath')) };
  if (state['Parameters'] !== undefined && state['Type'] !== 'Map') {
    stages['afterParameters'] = await probe(pass('InputPath', 'Parameters'));
  } else if (state['Type'] === 'Task' || state['Type'] === 'Parallel') {
    stages['afterParameters'] = stages['afterInputPath'];
  }
  if (state['Type'] === 'Map') {
    const path = state['ItemsPath'] ?? '$';
    stages['afterItemsPath'] = await probe({ ...pass('InputPath'), OutputPath: path });
    stages['afterItemSelector'] = await probe(mapOf(state, ['InputPath', 'ItemsPath', 'ItemSelector', 'Parameters']));
  }
  const value = state['Type'] === 'Pass' ? (state['Result'] ?? stages['afterInputPath']) : taskResult(result.events);
  if (value === undefined) return stages;
  stages['result'] = value;
  if (state['Type'] === 'Pass') {
    stages['afterResultPath'] = await probe(pass('InputPath', 'Parameters', 'Result', 'ResultPath'));
    return stages;
  }
  const task = { Type: 'Task', Resource: 'arn:aws:states:::lambda:invoke', End: true };
  const again = answering(value);
  stages['afterResultSelector'] = await probe({ ...task, ...pick('ResultSelector'), ResultPath: '$' }, again);
  stages['afterResultPath'] = await probe({ ...task, ...pick('InputPath', 'ResultSelector', 'ResultPath') }, again);
  return stages;
}

/** The Map with an iteration that does nothing: its result is what the iterations were given. */
function mapOf(state: JsonObject, fields: readonly string[]): JsonObject {
  const kept = fields.flatMap((field) => (state[field] === undefined ? [] : [[field, state[field]] as const]));
  const iteration = { StartAt: 'Item', States: { Item: { Type: 'Pass', End: true } } };
  return { Type: 'Map', ...Object.fromEntries(kept), ItemProcessor: iteration, End: true };
}

function mapSettings(state: JsonObject): Record<string, number> {
  const settings = {
    maxConcurrency: state['MaxConcurrency'],
    toleratedFailureCount: state['ToleratedFailureCount'],
    toleratedFailurePercentage: state['ToleratedFailurePercentage'],
  };
  if (state['Type'] !== 'Map') return {};
  const given = Object.entries(settings).filter((entry): entry is [string, number] => typeof entry[1] === 'number');
  return Object.fromEntries(given);
}

/** The raw result in `TaskSucceeded`, `LambdaFunctionSucceeded` or `ActivitySucceeded`. */
function taskResult(events: readonly HistoryEvent[]): JsonValue | undefined {
  const event = events.find(({ type }) => /^(Task|LambdaFunction|Activity)Succeeded$/.test(type));
  if (!event) return undefined;
  const member = `${event.type.charAt(0).toLowerCase()}${event.type.slice(1)}EventDetails`;
  const { output } = event[member] as { output?: string };
  return output === undefined ? undefined : (JSON.parse(output) as JsonValue);
}
