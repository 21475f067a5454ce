import { randomUUID } from 'node:crypto';
import type { Clock } from './clock.ts';
import { AwsError } from './errors.ts';
import { createFaults, type Fault, type Faults, faultError, ResponseLost } from './faults.ts';
import type {
  Caller,
  Cloud,
  CloudEvent,
  Identity,
  Operation,
  OperationInput,
  RequestContext,
  Service,
} from './service.ts';
import type { Store } from './store.ts';

export interface CloudOptions {
  clock: Clock;
  store: Store;
  accountId?: string;
  region?: string;
  identity: (cloud: Cloud) => Identity;
  /** Where log lines go; default: nowhere. */
  log?: Cloud['log'];
}

/** The local cloud with what only its owner may do: register services, start, stop, inject faults. */
export interface RunningCloud extends Cloud {
  readonly faults: Faults;
  readonly services: ReadonlyMap<string, Service>;
  register(service: Service): void;
  setEndpoint(endpoint: string): void;
  /** Lets every service resume what it had in progress. */
  start(): Promise<void>;
  /** Stops services in reverse order of registration, then the clock and the store. */
  stop(): Promise<void>;
}

/** An empty local cloud: services are registered before `start`. */
export function createCloud(options: CloudOptions): RunningCloud {
  const services = new Map<string, Service>();
  const listeners = new Set<(event: CloudEvent) => void>();
  const faults = createFaults();
  let endpoint = 'http://127.0.0.1:4566';
  let identity: Identity | undefined;

  const cloud: RunningCloud = {
    clock: options.clock,
    store: options.store,
    accountId: options.accountId ?? '111111111111',
    region: options.region ?? 'us-east-1',
    faults,
    services,
    get endpoint() {
      return endpoint;
    },
    get identity() {
      identity ??= options.identity(cloud);
      return identity;
    },
    setEndpoint(url) {
      endpoint = url;
    },
    has: (name) => services.has(name),
    register(service) {
      services.set(service.name, service);
    },
    async call(serviceName, operationName, input, caller, callOptions = {}) {
      const service = findService(services, serviceName);
      const operation = findOperation(service, operationName);
      const context: RequestContext = {
        accountId: caller.kind === 'service' ? (caller.sourceAccount ?? caller.accountId) : caller.accountId,
        region: callOptions.region ?? cloud.region,
        caller,
        requestId: randomUUID(),
        ...(callOptions.signal && { signal: callOptions.signal }),
      };
      const release = operation.waits?.(input ?? {})
        ? () => undefined
        : cloud.clock.hold(`${serviceName}:${operationName}`);
      try {
        const output = await perform(cloud, faults, service, operationName, operation, input ?? {}, context);
        // Callers share the process, and every member of an output is typed by the operation.
        return output as never;
      } finally {
        release();
      }
    },
    log: options.log ?? (() => undefined),
    emit(event) {
      for (const listener of listeners) listener(event);
    },
    on(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    async start() {
      for (const service of services.values()) await service.start?.();
    },
    async stop() {
      for (const service of [...services.values()].reverse()) await service.stop?.();
      options.clock.close();
      options.store.close();
    },
  };
  return cloud;
}

function findService(services: ReadonlyMap<string, Service>, name: string): Service {
  const service = services.get(name);
  if (service) return service;
  const running = [...services.keys()].join(', ');
  throw new AwsError(
    'UnknownOperationException',
    `The local cloud does not run the service "${name}" (running: ${running}).`,
    { status: 501 },
  );
}

function findOperation(service: Service, name: string): Operation {
  const operation = Object.hasOwn(service.operations, name) ? service.operations[name] : undefined;
  if (operation) return operation;
  throw new AwsError('UnknownOperationException', `The local cloud's ${service.name} has no operation "${name}".`, {
    status: 501,
  });
}

async function perform(
  cloud: Cloud,
  faults: Faults,
  service: Service,
  operationName: string,
  operation: Operation,
  input: OperationInput,
  context: RequestContext,
): Promise<unknown> {
  const { arn: callerArn } = context.caller;
  const fault = faults.take({ service: service.name, operation: operationName, callerArn, input });
  if (fault) await before(cloud, fault);
  const requests = operation.authorize?.(input, context) ?? [
    { action: `${service.name}:${operationName}`, resource: '*' },
  ];
  if (requests.length > 0)
    cloud.identity.authorize(context.caller, requests, { region: context.region, service: service.name });
  const output = await operation.handle(input, context);
  if (fault?.kind === 'crash-after') process.kill(process.pid, 'SIGKILL');
  if (fault?.kind === 'fail-after') throw faultError(fault);
  if (fault?.kind === 'lose-response') throw new ResponseLost(service.name, operationName);
  return output;
}

async function before(cloud: Cloud, fault: Fault): Promise<void> {
  if (fault.kind === 'crash-before') process.kill(process.pid, 'SIGKILL');
  if (fault.kind === 'delay') await cloud.clock.sleep(fault.milliseconds ?? 0, { background: true });
  if (fault.kind === 'fail-before' || fault.kind === 'throttle' || fault.kind === 'deny') throw faultError(fault);
}

/** The operator of an account: passes every IAM check. */
export function administrator(accountId: string): Caller {
  return { kind: 'administrator', accountId, arn: `arn:aws:iam::${accountId}:root`, userId: accountId };
}
