import { type Activity, Cancelled } from './activity.ts';
import { deploymentCaller, type Engine } from './engine.ts';
import { handlerErrorCode, isTransient, NotStabilized } from './handler-errors.ts';
import type { ResourceProvider, ResourceRequest, ResourceState } from './resource-provider.ts';
import type { ResourceIntent, StackRecord } from './stack-record.ts';

/** CloudFormation tries a busy or failing service this often before the resource fails. */
const ATTEMPTS = 6;
const DEFAULT_SECONDS = { create: 5, update: 5, delete: 2 };

/** One provider action with all that it needs. */
export interface Action {
  engine: Engine;
  stack: StackRecord;
  provider: ResourceProvider;
  intent: ResourceIntent;
  logicalId: string;
  activity: Activity;
  signal?: AbortSignal;
  initiated: (physicalId: string) => void;
}

/** Runs a provider action; tries again while the service is busy or failing. Throws the last error. */
export async function attempt(
  action: Action,
  resumed: boolean,
  work: (request: ResourceRequest) => Promise<ResourceState>,
): Promise<ResourceState> {
  let mayExist = resumed;
  for (let tried = 1; ; tried++) {
    try {
      if (action.signal?.aborted) throw new Cancelled();
      return await work(requestOf(action, mayExist));
    } catch (error) {
      if (tried >= ATTEMPTS || !isTransient(error)) throw error;
      // A throttled request did nothing; one that failed inside the service may have had its effect.
      mayExist ||= handlerErrorCode(error) === 'ServiceInternalError';
      await action.activity.pause(1000 * 2 ** tried, action.signal);
    }
  }
}

function requestOf(action: Action, resumed: boolean): ResourceRequest {
  const { engine, stack, intent, activity, signal } = action;
  return {
    logicalId: action.logicalId,
    type: action.provider.type,
    properties: intent.properties,
    name: intent.name,
    tags: intent.tags,
    resumed,
    stack,
    token: intent.token,
    call: (service, operation, input) =>
      engine.cloud.call(service, operation, input, deploymentCaller(engine, stack), { region: stack.region }),
    initiated: action.initiated,
    async waitUntil(check, everySeconds, timeoutSeconds) {
      const deadline = engine.cloud.clock.now() + timeoutSeconds * 1000;
      while (!(await check())) {
        if (engine.cloud.clock.now() >= deadline) throw new NotStabilized('Exceeded attempts to wait');
        await activity.pause(everySeconds * 1000, signal);
      }
    },
  };
}

/** Waits until the action has taken as long as it usually takes on AWS. */
export async function takeUsualTime(
  action: Action,
  verb: 'create' | 'update' | 'delete',
  started: number,
): Promise<void> {
  if (action.engine.durations === 'none') return;
  const seconds = action.provider.seconds?.[verb] ?? DEFAULT_SECONDS[verb];
  await action.activity.pause(started + seconds * 1000 - action.engine.cloud.clock.now(), action.signal);
}
