import { rmSync } from 'node:fs';
import { join } from 'node:path';
import type { HostApi } from './host-api.ts';
import { core, LISTS } from './paths.ts';
import type { ObjectMeta } from './pod.ts';

export interface Claim {
  metadata: ObjectMeta;
  spec: {
    accessModes: string[];
    resources: { requests: { storage: string } };
    storageClassName?: string;
    volumeName?: string;
  };
  status?: { phase?: string };
}

interface Volume {
  metadata: ObjectMeta;
  spec: { claimRef?: { uid: string }; persistentVolumeReclaimPolicy?: string };
}

interface StorageClass {
  provisioner: string;
  reclaimPolicy?: string;
}

/**
 * In place of the CSI driver of EBS: Auto Mode's, or the add-on's.
 * https://docs.aws.amazon.com/eks/latest/userguide/create-storage-class.html
 */
const PROVISIONERS = ['ebs.csi.eks.amazonaws.com', 'ebs.csi.aws.com'];

/** The folder that stands for the volume of a claim (or, without one, of a pod). */
export function volumeFolder(root: string, uid: string): string {
  return join(root, uid);
}

/**
 * Makes a volume for the claim and binds both. The answer is `undefined` when that is done, else why it cannot be: a claim without a
 * StorageClass of EBS stays Pending, as in a cluster of Auto Mode, which comes with none.
 */
export async function provision(api: HostApi, claim: Claim): Promise<string | undefined> {
  if (claim.status?.phase === 'Bound') return undefined;
  const { metadata, spec } = claim;
  const storageClass = spec.storageClassName
    ? await api.get<StorageClass>(`/apis/storage.k8s.io/v1/storageclasses/${spec.storageClassName}`)
    : undefined;
  if (!storageClass || !PROVISIONERS.includes(storageClass.provisioner))
    return 'pod has unbound immediate PersistentVolumeClaims';
  const name = `pvc-${metadata.uid}`;
  const path = `/api/v1/persistentvolumes/${name}`;
  if (!(await api.get(path))) await api.create('/api/v1/persistentvolumes', volume(name, claim, storageClass));
  await api.patch(`${path}/status`, { status: { phase: 'Bound' } });
  const claimPath = (subresource?: string) =>
    core(metadata.namespace, 'persistentvolumeclaims', metadata.name, subresource);
  await api.patch(claimPath(), {
    metadata: { annotations: { 'pv.kubernetes.io/bind-completed': 'yes' } },
    spec: { volumeName: name },
  });
  await api.patch(claimPath('status'), {
    status: { phase: 'Bound', accessModes: spec.accessModes, capacity: { storage: spec.resources.requests.storage } },
  });
  return undefined;
}

function volume(name: string, { metadata, spec }: Claim, { provisioner, reclaimPolicy }: StorageClass): object {
  return {
    apiVersion: 'v1',
    kind: 'PersistentVolume',
    metadata: {
      name,
      labels: { 'local-cloud/volume': metadata.uid },
      annotations: { 'pv.kubernetes.io/provisioned-by': provisioner },
    },
    spec: {
      capacity: { storage: spec.resources.requests.storage },
      accessModes: spec.accessModes,
      persistentVolumeReclaimPolicy: reclaimPolicy ?? 'Delete',
      storageClassName: spec.storageClassName,
      claimRef: {
        apiVersion: 'v1',
        kind: 'PersistentVolumeClaim',
        namespace: metadata.namespace,
        name: metadata.name,
        uid: metadata.uid,
      },
      csi: { driver: provisioner, volumeHandle: `vol-${metadata.uid.replaceAll('-', '').slice(0, 17)}` },
    },
  };
}

/** Deletes the volumes, and their data, whose claims are gone; a volume that is to be retained is only released. */
export async function reclaim(api: HostApi, root: string, claims: readonly Claim[]): Promise<void> {
  const living = new Set(claims.map(({ metadata }) => metadata.uid));
  const { items } = await api.list<Volume>(LISTS.volumes);
  for (const { metadata, spec } of items) {
    const uid = spec.claimRef?.uid;
    if (!uid || living.has(uid)) continue;
    const path = `/api/v1/persistentvolumes/${metadata.name}`;
    if (spec.persistentVolumeReclaimPolicy === 'Retain') {
      await api.patch(`${path}/status`, { status: { phase: 'Released' } });
      continue;
    }
    rmSync(volumeFolder(root, uid), { recursive: true, force: true });
    await api.remove(path);
    // No controller of volumes runs that would lift the protection.
    await api.patch(path, { metadata: { finalizers: null } });
  }
}
