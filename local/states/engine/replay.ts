import type { HistoryEvent, JsonValue, TaskCall, TaskReport, TaskRunner } from './contract.ts';
import { isObject, type JsonObject } from './payload.ts';

/** What one recorded task did, in order. */
interface RecordedTask {
  readonly stateName: string | undefined;
  readonly parameters: JsonValue | undefined;
  readonly events: HistoryEvent[];
  used: boolean;
}

const TASK_EVENT =
  /^(Task|LambdaFunction|Activity)(Scheduled|Started|Submitted|SubmitFailed|StartFailed|Succeeded|Failed|TimedOut)$/;

/**
 * A TaskRunner that answers each task with what a recorded history shows for it: by state, in the order of the record.
 * Tasks that never ended in the record never end here; `unrecorded` is told of tasks that the record does not have.
 */
export function replayTasks(
  history: readonly HistoryEvent[],
  unrecorded: (call: TaskCall) => void = () => undefined,
): TaskRunner {
  const tasks = recordedTasks(history);
  return {
    run(call, report) {
      const task = tasks.find((each) => !each.used && matches(each, call));
      if (!task) unrecorded(call);
      else {
        task.used = true;
        for (const event of task.events) replayEvent(event, report);
      }
      return { cancel: () => undefined };
    },
  };
}

/** Records whose ids were made anonymous cannot be followed back to a state; their parameters tell. */
function matches(task: RecordedTask, call: TaskCall): boolean {
  if (task.stateName !== undefined) return task.stateName === call.stateName;
  return similar(task.parameters, call.parameters);
}

function recordedTasks(history: readonly HistoryEvent[]): RecordedTask[] {
  const byEvent = new Map<number, { stateName: string | undefined; task?: RecordedTask }>();
  const tasks: RecordedTask[] = [];
  const anonymous: RecordedTask[] = [];
  for (const event of history) {
    if (typeof event.id !== 'number') {
      collectAnonymous(event, anonymous);
      continue;
    }
    const before = byEvent.get(event.previousEventId);
    const entered = event['stateEnteredEventDetails'] as { name: string } | undefined;
    const current = { stateName: entered?.name ?? before?.stateName, task: before?.task };
    if (TASK_EVENT.test(event.type)) {
      if (event.type.endsWith('Scheduled')) {
        current.task = { stateName: current.stateName, parameters: parametersOf(event), events: [], used: false };
        tasks.push(current.task);
      } else current.task?.events.push(event);
    }
    byEvent.set(event.id, current);
  }
  return [...tasks, ...anonymous];
}

/** Events without ids stand sorted; the n-th outcome is taken for the n-th scheduled task. */
function collectAnonymous(event: HistoryEvent, tasks: RecordedTask[]): void {
  if (!TASK_EVENT.test(event.type)) return;
  if (event.type.endsWith('Scheduled')) {
    tasks.push({ stateName: undefined, parameters: parametersOf(event), events: [], used: false });
    return;
  }
  const open = tasks.find((task) => !task.events.some((seen) => seen.type === event.type));
  if (open) open.events.push(event);
  else tasks.push({ stateName: undefined, parameters: undefined, events: [event], used: false });
}

function parametersOf(event: HistoryEvent): JsonValue | undefined {
  const details = (event['taskScheduledEventDetails'] ??
    event['lambdaFunctionScheduledEventDetails'] ??
    event['activityScheduledEventDetails']) as { parameters?: JsonValue; input?: JsonValue } | undefined;
  return details?.parameters ?? details?.input;
}

/** Equal apart from texts, which may be placeholders. */
function similar(a: JsonValue | undefined, b: JsonValue | undefined): boolean {
  if (a === undefined || b === undefined) return true;
  if (isObject(a) && isObject(b)) {
    return Object.keys(a).length === Object.keys(b).length && Object.keys(a).every((key) => similar(a[key], b[key]));
  }
  return typeof a === typeof b;
}

function replayEvent(event: HistoryEvent, report: TaskReport): void {
  const details = Object.values(event).find(isRecord) ?? {};
  const { type } = event;
  if (type.endsWith('TimedOut')) return;
  if (type.endsWith('StartFailed')) report.failed(text(details['error']), text(details['cause']), 'start');
  else if (type.endsWith('Started')) report.started(details as { workerName?: string });
  else if (type.endsWith('SubmitFailed')) report.failed(text(details['error']), text(details['cause']), 'submit');
  else if (type.endsWith('Submitted')) report.submitted(parsed(details['output']));
  else if (type.endsWith('Succeeded')) report.succeeded(parsed(details['output']));
  else report.failed(text(details['error']), text(details['cause']), 'run');
}

function isRecord(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function text(value: JsonValue | undefined): string {
  return typeof value === 'string' ? value : JSON.stringify(value ?? '');
}

/** Outputs are JSON text on AWS; recordings hold objects as they are. */
function parsed(output: JsonValue | undefined): JsonValue {
  if (typeof output !== 'string') return output ?? null;
  try {
    return JSON.parse(output) as JsonValue;
  } catch (error) {
    if (error instanceof SyntaxError) return output;
    throw error;
  }
}
