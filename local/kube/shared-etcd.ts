import { join } from 'node:path';
import type { KubeAssets } from './assets.ts';
import { type Etcd, startEtcd } from './etcd.ts';
import { endLeftovers } from './leftovers.ts';

/** The etcd of all clusters, started when it is first needed and again when it has ended. */
export interface SharedEtcd {
  /** Resolves when it is ready. However many ask, one runs. */
  running(): Promise<Etcd>;
  /** Its pid, if it was ever started. */
  pid(): number | undefined;
  stop(): Promise<void>;
}

/** What an earlier run left behind ends before the first start. */
export function sharedEtcd(folder: string, processes: string, assets: KubeAssets): SharedEtcd {
  let cleared: Promise<unknown> | undefined;
  let current: Promise<Etcd> | undefined;
  let pid: number | undefined;

  async function start(): Promise<Etcd> {
    cleared ??= endLeftovers(processes);
    await cleared;
    const etcd = await startEtcd(join(folder, 'etcd'), processes, assets);
    pid = etcd.child.pid;
    return etcd;
  }

  async function running(): Promise<Etcd> {
    const attempt = current ?? start();
    current = attempt;
    const forget = () => {
      if (current === attempt) current = undefined;
    };
    try {
      const etcd = await attempt;
      if (!etcd.child.hasEnded()) return etcd;
      await etcd.child.ended;
    } catch (error) {
      forget();
      throw error;
    }
    forget();
    return running();
  }

  return {
    running,
    pid: () => pid,
    async stop() {
      const etcd = await current;
      current = undefined;
      await etcd?.child.stop(5_000);
    },
  };
}
