import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import type { Clock, Timer } from '../kernel/clock.ts';
import { freePort } from '../kube/ports.ts';
import { forEach } from './for-each.ts';
import type { HostApi } from './host-api.ts';
import { core } from './paths.ts';
import type { ObjectMeta } from './pod.ts';

export interface Service {
  metadata: ObjectMeta;
  spec: { type?: string; loadBalancerClass?: string; selector?: Record<string, string> };
}

export interface LoadBalancersOptions {
  readonly api: HostApi;
  /** Holds one record per load balancer. */
  readonly folder: string;
  readonly clock: Clock;
  /** Simulated milliseconds. */
  readonly durations?: Partial<LoadBalancerDurations>;
  /** Where the targets of the selector are, if one is ready. */
  portOf(namespace: string, selector: Readonly<Record<string, string>>): number | undefined;
  /** Has the Services reconciled again: a load balancer has become active, or is gone. */
  again(): void;
}

export interface LoadBalancerDurations {
  /** An NLB is in state "provisioning" that long; its name is known at once. */
  provision: number;
  remove: number;
}

/** In place of Auto Mode's load balancing, for the Services of vcluster's chart. */
export interface LoadBalancers {
  reconcile(services: readonly Service[]): Promise<void>;
  stop(): Promise<void>;
}

interface LoadBalancer {
  port: number;
  activeAt: number;
  goneAt?: number;
}

/** https://docs.aws.amazon.com/eks/latest/userguide/auto-configure-nlb.html: the class is Auto Mode's default. */
const CLASSES = [undefined, 'eks.amazonaws.com/nlb'];
/** Keeps the Service until its load balancer is gone. */
const FINALIZER = 'service.eks.amazonaws.com/resources';
const DURATIONS: LoadBalancerDurations = { provision: 150_000, remove: 20_000 };

/** Each is a TCP listener on a port of 127.0.0.1 of its own, which it keeps over restarts; TLS passes through to vcluster. */
export function createLoadBalancers(options: LoadBalancersOptions): LoadBalancers {
  const { api, folder, clock } = options;
  const durations = { ...DURATIONS, ...options.durations };
  const listeners = new Map<string, Listener>();
  const timers = new Map<string, Timer>();
  const file = (uid: string) => join(folder, `${uid}.json`);

  function look(uid: string): LoadBalancer | undefined {
    return existsSync(file(uid)) ? (JSON.parse(readFileSync(file(uid), 'utf8')) as LoadBalancer) : undefined;
  }

  function keep(uid: string, record: LoadBalancer): LoadBalancer {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    writeFileSync(file(uid), JSON.stringify(record));
    return record;
  }

  function later(uid: string, at: number): void {
    if (timers.has(uid)) return;
    const fire = () => {
      timers.delete(uid);
      options.again();
    };
    timers.set(uid, clock.at(at, fire));
  }

  async function ensure({ metadata, spec }: Service): Promise<void> {
    const { uid, namespace, name } = metadata;
    const record = look(uid) ?? keep(uid, { port: await freePort(), activeAt: clock.now() + durations.provision });
    if (!metadata.finalizers?.includes(FINALIZER))
      await api.patch(core(namespace, 'services', name), {
        metadata: { finalizers: [...(metadata.finalizers ?? []), FINALIZER] },
      });
    if (record.activeAt > clock.now()) later(uid, record.activeAt);
    else if (!listeners.has(uid)) {
      const target = () => options.portOf(namespace, spec.selector ?? {});
      const listener = await listen(record.port, target);
      if (listener.port !== record.port) keep(uid, { ...record, port: listener.port });
      listeners.set(uid, listener);
    }
    const ports = [{ port: listeners.get(uid)?.port ?? record.port, protocol: 'TCP' }];
    const loadBalancer = { ingress: [{ hostname: 'localhost', ports }] };
    // A patch that changes nothing is no write.
    await api.patch(core(namespace, 'services', name, 'status'), { status: { loadBalancer } });
  }

  async function remove({ metadata }: Service): Promise<void> {
    const { uid, namespace, name } = metadata;
    await listeners.get(uid)?.close();
    listeners.delete(uid);
    const record = look(uid);
    if (record && record.goneAt === undefined) {
      timers.get(uid)?.cancel();
      timers.delete(uid);
      const goneAt = clock.now() + durations.remove;
      keep(uid, { ...record, goneAt });
      return later(uid, goneAt);
    }
    if (record?.goneAt !== undefined && record.goneAt > clock.now()) return later(uid, record.goneAt);
    rmSync(file(uid), { force: true });
    await api.patch(core(namespace, 'services', name), {
      metadata: { finalizers: metadata.finalizers?.filter((finalizer) => finalizer !== FINALIZER) ?? null },
    });
    if (!metadata.deletionTimestamp)
      await api.patch(core(namespace, 'services', name, 'status'), { status: { loadBalancer: { ingress: null } } });
  }

  return {
    async reconcile(services) {
      await forEach(services, async (service) => {
        const { metadata, spec } = service;
        const wanted = spec.type === 'LoadBalancer' && CLASSES.includes(spec.loadBalancerClass);
        if (wanted && !metadata.deletionTimestamp) await ensure(service);
        else if (metadata.finalizers?.includes(FINALIZER)) await remove(service);
      });
    },
    async stop() {
      for (const timer of timers.values()) timer.cancel();
      await Promise.all([...listeners.values()].map((listener) => listener.close()));
      listeners.clear();
    },
  };
}

interface Listener {
  readonly port: number;
  close(): Promise<void>;
}

/** On the port, or on another one if something else took that. Without a target a connection is closed at once. */
async function listen(preferred: number, target: () => number | undefined): Promise<Listener> {
  const sockets = new Set<Socket>();
  const server: Server = createServer((client) => {
    const port = target();
    const upstream = port === undefined ? undefined : connect(port, '127.0.0.1');
    for (const socket of upstream ? [client, upstream] : [client]) {
      sockets.add(socket);
      socket.once('close', () => sockets.delete(socket));
      // Either end may go at any time; the other one then goes, too.
      socket.on('error', () => undefined);
    }
    if (!upstream) return client.destroy();
    client.once('close', () => upstream.destroy());
    upstream.once('close', () => client.destroy());
    client.pipe(upstream).pipe(client);
  });
  const port = await freePort(preferred);
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  return {
    port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
}
