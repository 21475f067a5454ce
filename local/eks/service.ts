import type { Cloud, Service } from '../kernel/service.ts';
import { accessEntryOperations } from './access-entries.ts';
import { addonJobs, addonOperations } from './addons.ts';
import { clusterJobs, resumeClusters } from './cluster-lifecycle.ts';
import { clusterUpdateOperations, updateJobs } from './cluster-updates.ts';
import { clusterOperations } from './clusters.ts';
import { createClusterOperation } from './create-cluster.ts';
import { createEngine, type EksOptions } from './engine.ts';
import { localControlPlanes } from './local-control-planes.ts';
import { nodegroupJobs, nodegroupOperations } from './nodegroups.ts';
import { podIdentityOperations } from './pod-identity.ts';
import { policyAssociationOperations } from './policy-associations.ts';
import { eksRoutes } from './routes.ts';
import { tagOperations } from './tags.ts';

export type { EksOptions } from './engine.ts';

/**
 * EKS: each cluster is a real Kubernetes control plane (no nodes), reached with presigned STS tokens that its access entries map.
 * Durations are simulated; the clock stands still while a real control plane starts.
 */
export function eksService(cloud: Cloud, options: EksOptions = {}): Service {
  const engine = createEngine(cloud, options, () => localControlPlanes(cloud, options, options.progress));
  clusterJobs(engine);
  updateJobs(engine);
  addonJobs(engine);
  nodegroupJobs(engine);
  return {
    name: 'eks',
    protocol: { kind: 'rest-json' },
    operations: {
      CreateCluster: createClusterOperation(engine),
      ...clusterOperations(engine),
      ...clusterUpdateOperations(engine),
      ...accessEntryOperations(engine),
      ...policyAssociationOperations(engine),
      ...addonOperations(engine),
      ...nodegroupOperations(engine),
      ...podIdentityOperations(engine),
      ...tagOperations(engine),
    },
    routes: (request) => eksRoutes(engine, request),
    async start() {
      await resumeClusters(engine);
      engine.jobs.start();
    },
    async stop() {
      engine.jobs.stop();
      await Promise.allSettled(engine.starting.values());
      if (engine.usesControlPlanes()) await (await engine.controlPlanes()).stopAll();
    },
  };
}
