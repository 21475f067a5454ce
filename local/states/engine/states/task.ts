import { scopeOf } from '../context-object.ts';
import type { JsonValue } from '../contract.ts';
import type { State } from '../definition.ts';
import { dataLimitFailure, runtimeFailure } from '../failure.ts';
import { compileTemplate } from '../jsonata/template.ts';
import { compilePathField, compilePayloadTemplate } from '../jsonpath/template.ts';
import type { Thread } from '../model.ts';
import { exceedsLimit, fromValue, type JsonObject, textOf } from '../payload.ts';
import type { Resource } from '../resource.ts';
import type { NewEvent, Runtime } from '../runtime.ts';
import type { Scope, Template } from '../scope.ts';
import { effectiveInput } from './simple.ts';
import { startTask } from './task-run.ts';

/**
 * Evaluates the task's parameters and schedules it.
 * https://docs.aws.amazon.com/step-functions/latest/dg/state-task.html
 */
export async function executeTask(runtime: Runtime, thread: Thread, state: State): Promise<void> {
  const { resource } = state;
  if (!resource) throw runtimeFailure('The Task state has no Resource');
  const waits = resource.pattern === 'waitForTaskToken';
  const token = waits ? runtime.newToken(thread.execution) : undefined;
  const options = token === undefined ? {} : { taskToken: token };
  const input = effectiveInput(thread, state);
  const scope = scopeOf(thread, input, options);
  const timeout = await seconds(state, 'TimeoutSeconds', scope);
  const heartbeat = await seconds(state, 'HeartbeatSeconds', scope);
  const parameters = fromValue(await state.parameters(scope));
  const roleArn = await credentials(state, scope);
  const text = textOf(parameters);
  if (exceedsLimit(text)) throw dataLimitFailure(thread.stateName);
  const event = scheduledEvent(thread, resource, text, roleArn);
  if (timeout !== undefined) event.details['timeoutInSeconds'] = timeout;
  if (heartbeat !== undefined) event.details['heartbeatInSeconds'] = heartbeat;
  runtime.record(
    thread,
    event,
    { ...(token === undefined ? {} : { k: token }), ...(roleArn === undefined ? {} : { r: roleArn }) },
    { payload: parameters },
  );
  startTask(runtime, thread, state);
}

function scheduledEvent(
  thread: Thread,
  resource: Resource,
  text: string,
  roleArn: string | undefined,
): NewEvent & { details: Record<string, unknown> } {
  const asInput = { input: text, inputDetails: { truncated: false }, resource: resource.arn };
  if (resource.kind === 'activity') return { type: 'ActivityScheduled', details: asInput };
  const credentialsShown = roleArn === undefined ? {} : { taskCredentials: { roleArn } };
  if (resource.kind === 'lambda') {
    return { type: 'LambdaFunctionScheduled', details: { ...asInput, ...credentialsShown } };
  }
  return {
    type: 'TaskScheduled',
    details: {
      parameters: text,
      region: thread.execution.start.executionArn.split(':')[3] ?? '',
      resource: resource.resource,
      resourceType: resource.resourceType,
      ...credentialsShown,
    },
  };
}

type SecondsField = 'TimeoutSeconds' | 'HeartbeatSeconds';

/** A number of seconds, fixed, from a path, or from JSONata. */
async function seconds(state: State, name: SecondsField, scope: Scope): Promise<number | undefined> {
  const template = state.field(name, (raw, language): Template | undefined => {
    const { [name]: fixed, [`${name}Path`]: path } = raw;
    if (fixed !== undefined) return language === 'JSONata' ? compileTemplate(fixed, name, 'number') : () => fixed;
    return path === undefined ? undefined : compilePathField(String(path));
  });
  if (!template) return undefined;
  const value = await template(scope);
  const number = typeof value === 'string' && /^\d+$/.test(value) ? Number(value) : value;
  if (typeof number === 'number' && Number.isInteger(number) && number > 0) return number;
  throw runtimeFailure(`The ${name} field must be a positive integer, but was: ${JSON.stringify(value)}`);
}

/** Credentials.RoleArn: the role of another account that the task runs as. */
async function credentials(state: State, scope: Scope): Promise<string | undefined> {
  const template = state.field('Credentials', (raw, language): Template | undefined => {
    const { Credentials: value } = raw;
    if (value === undefined) return undefined;
    return language === 'JSONata' ? compileTemplate(value, 'Credentials') : compilePayloadTemplate(value as JsonObject);
  });
  const value = template ? ((await template(scope)) as { RoleArn?: JsonValue }) : undefined;
  return value?.RoleArn === undefined ? undefined : String(value.RoleArn);
}
