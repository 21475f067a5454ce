import { isPausing } from '../kube/pausing.ts';
import type { EksEngine } from './engine.ts';

/** What the control planes of the clusters do at present. */
export interface ControlPlaneReport {
  /** How many may run at once; absent for control planes that are not ours. */
  most?: number;
  clusters: ControlPlaneLine[];
  /** Of the etcd that all of them share. */
  etcdResidentBytes: number;
}

export interface ControlPlaneLine {
  accountId: string;
  region: string;
  name: string;
  state: 'starting' | 'running' | 'paused';
  /** Open connections to its address. */
  connections: number;
  /** Of its processes; none while it is paused. */
  pids: readonly number[];
  /** Real seconds since somebody was connected, or it was started. */
  unusedForSeconds: number;
  /** Of its API server and controllers; 0 while it is paused. */
  residentBytes: number;
  /** Real milliseconds that its last start took. */
  startMilliseconds?: number;
}

/** For operators: which clusters run, which are paused, and the memory of each. */
export async function controlPlaneReport(engine: EksEngine): Promise<ControlPlaneReport> {
  if (!engine.usesControlPlanes()) return { clusters: [], etcdResidentBytes: 0 };
  const planes = await engine.controlPlanes();
  const { clusters: measured, etcdResidentBytes } = planes.stats();
  if (!isPausing(planes)) return { clusters: [], etcdResidentBytes };
  const records = engine.database.clusters.entries().map(([, record]) => record);
  const clusters = planes.activity().flatMap(({ clusterId, state, connections, pids, unusedFor }) => {
    const record = records.find(({ id }) => id === clusterId);
    if (!record) return [];
    const { accountId, region, name } = record;
    const figures = measured.find((each) => each.clusterId === clusterId);
    return {
      accountId,
      region,
      name,
      state,
      connections,
      pids,
      unusedForSeconds: Math.round(unusedFor / 1000),
      residentBytes: figures?.residentBytes ?? 0,
      ...(figures && { startMilliseconds: figures.startMilliseconds }),
    };
  });
  return { most: planes.most, clusters, etcdResidentBytes };
}
