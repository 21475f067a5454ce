import type { Cloud, Service } from '../kernel/service.ts';
import { quotaValue } from '../servicequotas/quota-store.ts';
import { codeRoute } from './code-store.ts';
import { CONCURRENCY_QUOTA, type ConcurrencyLimit, createConcurrency } from './concurrency.ts';
import { concurrencyOperations } from './concurrency-operations.ts';
import { whenActive } from './create-function.ts';
import { eventInvokeOperations } from './event-invoke-operations.ts';
import { createEventQueue } from './event-queue.ts';
import { eventSources } from './event-source-operations.ts';
import { createFunctionLog } from './function-log.ts';
import { functionOperations } from './function-operations.ts';
import { openFunctionStore } from './function-store.ts';
import { invokeOperation } from './invoke-operation.ts';
import { createInvoker } from './invoker.ts';
import type { LambdaParts } from './parts.ts';
import { policyOperations } from './policy-operations.ts';
import { createSandboxPool } from './sandbox-pool.ts';
import { tagOperations } from './tag-operations.ts';
import { versionOperations } from './version-operations.ts';

export interface LambdaOptions {
  /** Worker threads of all functions together, busy and idle; more invocations wait. Default 40. */
  readonly maxWorkers?: number;
  /** Real milliseconds after which an idle worker ends. Default 10 minutes. */
  readonly idleMilliseconds?: number;
  /** Simulated milliseconds until a new or changed function is Active. Default 500. */
  readonly activationMilliseconds?: number;
  /** Start one worker when a function becomes Active. Default true. */
  readonly prewarm?: boolean;
  /** Concurrent executions per account and region. Default: the account's quota, 1,000, or 10 in accounts that Organizations created. */
  readonly accountConcurrency?: number;
}

/** AWS Lambda: functions run from their real bundles in worker threads. https://docs.aws.amazon.com/lambda/latest/api/ */
export function lambdaService(cloud: Cloud, options: LambdaOptions = {}): Service {
  const functions = openFunctionStore(cloud);
  const accountConcurrency: ConcurrencyLimit = (accountId, region) =>
    options.accountConcurrency ?? quotaValue(cloud, accountId, region, CONCURRENCY_QUOTA);
  const log = createFunctionLog(cloud);
  const pool = createSandboxPool({
    maxWorkers: options.maxWorkers ?? 40,
    idleMilliseconds: options.idleMilliseconds ?? 600_000,
    onQueued: (key, queued) => {
      cloud.log('debug', 'invocation waits for a worker', { function: key, queued });
      cloud.emit({ type: 'lambda.queued', detail: { function: key, queued } });
    },
  });
  const invoker = createInvoker({ cloud, pool, concurrency: createConcurrency(functions, accountConcurrency), log });
  const parts: LambdaParts = {
    cloud,
    functions,
    invoker,
    activationMilliseconds: options.activationMilliseconds ?? 500,
    accountConcurrency,
    prewarm: options.prewarm ?? true,
  };
  const events = createEventQueue({ cloud, functions, invoker });
  const sources = eventSources(parts);
  return {
    name: 'lambda',
    protocol: { kind: 'rest-json' },
    operations: {
      ...functionOperations(parts),
      ...versionOperations(parts),
      ...policyOperations(parts),
      ...concurrencyOperations(parts),
      ...eventInvokeOperations(parts),
      ...tagOperations(parts),
      ...sources.operations,
      Invoke: invokeOperation(parts, events),
    },
    routes: (request) => codeRoute(cloud, request),
    start() {
      for (const record of functions.all()) whenActive(parts, record);
      events.resume();
      sources.start();
    },
    async stop() {
      events.stop();
      sources.stop();
      await log.flush();
      await pool.close();
    },
  };
}
