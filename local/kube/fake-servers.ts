import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import type { ControlPlane, ControlPlanes } from './control-planes.ts';

/** For tests: control planes that are TCP servers of this process. Each says its own id to whoever connects, and keeps the connection. */
export interface FakeServers extends ControlPlanes {
  /** Ids of those that run. */
  running(): string[];
  /** What was done, in order: `start A`, `stop A`. */
  readonly done: string[];
  /** The next starts fail with this. */
  failure: Error | undefined;
  /** What a start waits for. */
  gate: Promise<void>;
}

export function fakeServers(): FakeServers {
  const servers = new Map<string, { server: Server; sockets: Set<Socket> }>();
  const done: string[] = [];

  async function stop(clusterId: string): Promise<void> {
    const running = servers.get(clusterId);
    if (!running) return;
    servers.delete(clusterId);
    done.push(`stop ${clusterId}`);
    for (const socket of running.sockets) socket.destroy();
    await new Promise((resolve) => running.server.close(resolve));
  }

  async function start(clusterId: string): Promise<Server> {
    const sockets = new Set<Socket>();
    const server = createServer((socket) => {
      sockets.add(socket);
      socket.on('error', () => undefined);
      socket.write(clusterId);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    servers.set(clusterId, { server, sockets });
    done.push(`start ${clusterId}`);
    return server;
  }

  const fake: FakeServers = {
    done,
    failure: undefined,
    gate: Promise.resolve(),
    running: () => [...servers.keys()].sort(),
    prepare: async () => undefined,
    async ensureRunning(clusterId): Promise<ControlPlane> {
      await fake.gate;
      if (fake.failure) throw fake.failure;
      const server = servers.get(clusterId)?.server ?? (await start(clusterId));
      const { port } = server.address() as AddressInfo;
      return {
        clusterId,
        endpoint: `https://127.0.0.1:${port}`,
        certificateAuthorityData: `CA of ${clusterId}`,
        adminKubeconfigPath: `/admin/${clusterId}`,
        pids: [port],
      };
    },
    stop,
    remove: stop,
    stopAll: async () => void (await Promise.all([...servers.keys()].map(stop))),
    stats: () => ({ clusters: [], etcdResidentBytes: 0 }),
  };
  return fake;
}
