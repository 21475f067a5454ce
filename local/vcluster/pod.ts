/** The parts of Kubernetes objects that running a virtual cluster needs. https://kubernetes.io/docs/reference/kubernetes-api/ */

export interface ObjectMeta {
  name: string;
  namespace: string;
  uid: string;
  deletionTimestamp?: string;
  labels?: Record<string, string>;
  annotations?: Record<string, string>;
  finalizers?: string[];
}

export interface Pod {
  metadata: ObjectMeta;
  spec: {
    nodeName?: string;
    serviceAccountName?: string;
    containers: { name: string; image: string; env?: { name: string; value?: string }[] }[];
    initContainers?: { name: string; image: string }[];
    volumes?: { name: string; secret?: { secretName: string }; persistentVolumeClaim?: { claimName: string } }[];
  };
  status?: { phase?: string; conditions?: { type: string; status: string; reason?: string; message?: string }[] };
}

/** What a pod of vcluster's chart says about itself. */
export interface VirtualPod {
  readonly pod: Pod;
  /** `namespace/pod name`, for messages. */
  readonly id: string;
  readonly uid: string;
  readonly name: string;
  readonly namespace: string;
  readonly podName: string;
  readonly image: string;
  readonly serviceAccount: string;
  readonly configSecret: string;
  /** Name of its PersistentVolumeClaim; without one its data lives as long as the pod. */
  readonly claim?: string;
}

/** vcluster's own images and copies of them in other registries. */
const IMAGE = /(^|\/)vcluster(-oss|-pro)?([:@]|$)/;

/** `undefined` for a pod that is none of vcluster's, whatever its labels say. */
export function virtualPod(pod: Pod): VirtualPod | undefined {
  const { metadata, spec } = pod;
  const container = spec.containers.find(({ name }) => name === 'syncer');
  if (!container || !IMAGE.test(container.image)) return undefined;
  const volume = (name: string) => spec.volumes?.find((candidate) => candidate.name === name);
  const name = container.env?.find((variable) => variable.name === 'VCLUSTER_NAME')?.value;
  const release = metadata.labels?.['release'] ?? metadata.name;
  const claim = volume('data')?.persistentVolumeClaim?.claimName;
  return {
    pod,
    id: `${metadata.namespace}/${metadata.name}`,
    uid: metadata.uid,
    name: name ?? release,
    namespace: metadata.namespace,
    podName: metadata.name,
    image: container.image,
    serviceAccount: spec.serviceAccountName ?? 'default',
    configSecret: volume('vcluster-config')?.secret?.secretName ?? `vc-config-${release}`,
    ...(claim && { claim }),
  };
}

/** Where the container is in its life. */
export type ContainerState = { kind: 'waiting'; reason: string; message: string } | { kind: 'running'; since: string };

/** The status that a kubelet would report; the pod has no address, for there is no pod network. */
export function podStatus(virtual: VirtualPod, state: ContainerState, restartCount: number, lastEnd?: string): object {
  const ready = state.kind === 'running';
  const now = new Date().toISOString();
  const condition = (type: string, holds: boolean, reason?: string) => ({
    type,
    status: holds ? 'True' : 'False',
    lastTransitionTime: now,
    ...(reason && { reason }),
  });
  const reason = ready ? undefined : 'ContainersNotReady';
  return {
    // A container that waits for its first start, or between two, leaves the pod Pending or Running.
    phase: ready || restartCount > 0 ? 'Running' : 'Pending',
    conditions: [
      condition('PodScheduled', true),
      condition('Initialized', true),
      condition('ContainersReady', ready, reason),
      condition('Ready', ready, reason),
    ],
    containerStatuses: [
      {
        name: 'syncer',
        image: virtual.image,
        imageID: '',
        ready,
        started: ready,
        restartCount,
        state: ready
          ? { running: { startedAt: state.since } }
          : { waiting: { reason: state.reason, message: state.message } },
        lastState: lastEnd ? { terminated: { exitCode: 1, reason: 'Error', message: lastEnd, finishedAt: now } } : {},
      },
    ],
  };
}

/** As the scheduler says why it found no node. */
export function unschedulable(message: string): object {
  return {
    conditions: [
      {
        type: 'PodScheduled',
        status: 'False',
        reason: 'Unschedulable',
        message,
        lastTransitionTime: new Date().toISOString(),
      },
    ],
  };
}
