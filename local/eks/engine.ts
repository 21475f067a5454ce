import type { Cloud } from '../kernel/service.ts';
import type { ControlPlanes } from '../kube/control-planes.ts';
import { type EksDatabase, eksDatabase } from './database.ts';
import { createJobs, type Jobs } from './jobs.ts';
import type { RunningOptions } from './local-control-planes.ts';

/** How long things take, in simulated milliseconds. */
export interface EksDurations {
  /** Field reports say 9 to 14 minutes; each cluster gets a fixed one in this range. */
  createCluster: readonly [from: number, to: number];
  deleteCluster: number;
  updateConfig: number;
  updateVersion: number;
  updateDeletionProtection: number;
  createAddon: number;
  deleteAddon: number;
  /** Until the nodes have joined; until they are drained and gone. */
  createNodegroup: number;
  deleteNodegroup: number;
  /** Until a change of an access entry takes effect on the Kubernetes API. 0 switches the delay off. */
  accessEntryPropagation: number;
}

/** How many times faster than real time the clock may leap while real control planes run. */
const LEAP_FACTOR = 200;

/** How many control planes run at once, and how long, concerns only those that are built here. */
export interface EksOptions extends RunningOptions {
  /** Control planes for the clusters; those that are made on demand follow real time, and the clock keeps pace with them. Default: built from `kube/` when the first cluster is created, kept in the state folder. */
  controlPlanes?: ControlPlanes | (() => Promise<ControlPlanes>);
  durations?: Partial<EksDurations>;
  /** Progress of the build of the control-plane binary. Default: the cloud's log. */
  progress?: (line: string) => void;
}

const SECOND = 1000;
const MINUTE = 60 * SECOND;

const DURATIONS: EksDurations = {
  createCluster: [9 * MINUTE, 12 * MINUTE],
  deleteCluster: 3 * MINUTE,
  updateConfig: 2 * MINUTE,
  updateVersion: 10 * MINUTE,
  updateDeletionProtection: 10 * SECOND,
  createAddon: 45 * SECOND,
  deleteAddon: 30 * SECOND,
  createNodegroup: 2 * MINUTE,
  deleteNodegroup: 4 * MINUTE,
  accessEntryPropagation: 5 * SECOND,
};

/** What the operations of EKS share. */
export interface EksEngine {
  readonly cloud: Cloud;
  readonly database: EksDatabase;
  readonly durations: EksDurations;
  readonly jobs: Jobs;
  /** Control planes that are starting, by key of the cluster. */
  readonly starting: Map<string, Promise<void>>;
  /** The control planes, made on first use. */
  controlPlanes(): Promise<ControlPlanes>;
  /** Whether any were made. */
  usesControlPlanes(): boolean;
  /** Whether control planes are this machine's own, so that what EKS puts into a cluster is put there; others have their owner. */
  readonly furnishes: boolean;
}

export function createEngine(
  cloud: Cloud,
  options: EksOptions,
  defaultControlPlanes: () => Promise<ControlPlanes>,
): EksEngine {
  const { controlPlanes = defaultControlPlanes } = options;
  let planes: Promise<ControlPlanes> | undefined;
  return {
    cloud,
    database: eksDatabase(cloud),
    durations: { ...DURATIONS, ...options.durations },
    jobs: createJobs(cloud),
    starting: new Map(),
    usesControlPlanes: () => planes !== undefined,
    furnishes: options.controlPlanes === undefined,
    async controlPlanes() {
      // Real controllers need real time: polling for them must not use up its tries in leaps.
      if (!planes && typeof controlPlanes === 'function') cloud.clock.pace?.(LEAP_FACTOR);
      planes ??= typeof controlPlanes === 'function' ? controlPlanes() : Promise.resolve(controlPlanes);
      try {
        return await planes;
      } catch (error) {
        // A failed build (no Go, no disk) may be repaired while we run: ask again next time.
        planes = undefined;
        throw error;
      }
    },
  };
}
