import { existsSync, mkdirSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type FakeHostApi, fakeHostApi } from './fake-host-api.ts';
import { type Claim, provision, reclaim, volumeFolder } from './volumes.ts';

const CLAIM = '/api/v1/namespaces/tenant-acme/persistentvolumeclaims/data-acme-0';
const VOLUME = '/api/v1/persistentvolumes/pvc-u1';
const classPath = (name: string) => `/apis/storage.k8s.io/v1/storageclasses/${name}`;

function claimOf(storageClassName?: string): Claim {
  return {
    metadata: { name: 'data-acme-0', namespace: 'tenant-acme', uid: 'u1' },
    spec: {
      accessModes: ['ReadWriteOnce'],
      resources: { requests: { storage: '5Gi' } },
      ...(storageClassName && { storageClassName }),
    },
  };
}

function hostWith(claim: Claim, storageClass: object = { provisioner: 'ebs.csi.eks.amazonaws.com' }): FakeHostApi {
  return fakeHostApi({ [CLAIM]: claim, [classPath('gp3')]: storageClass });
}

describe('the volume of a claim', () => {
  it('is made and bound', async () => {
    const api = hostWith(claimOf('gp3'));
    expect(await provision(api, claimOf('gp3'))).toBeUndefined();
    expect(api.objects.get(CLAIM)).toMatchObject({ spec: { volumeName: 'pvc-u1' }, status: { phase: 'Bound' } });
    expect(api.objects.get(VOLUME)).toMatchObject({
      spec: { claimRef: { uid: 'u1' }, persistentVolumeReclaimPolicy: 'Delete', capacity: { storage: '5Gi' } },
      status: { phase: 'Bound' },
    });
  });

  it.each([
    ['no class', claimOf(), { provisioner: 'ebs.csi.eks.amazonaws.com' }],
    ['a class that does not exist', claimOf('gp2'), { provisioner: 'ebs.csi.eks.amazonaws.com' }],
    ['a class of something else', claimOf('gp3'), { provisioner: 'efs.csi.aws.com' }],
  ])('is not made for %s', async (_, claim, storageClass) => {
    const api = hostWith(claim, storageClass);
    expect(await provision(api, claim)).toMatch(/unbound immediate PersistentVolumeClaims/);
    expect(api.objects.has(VOLUME)).toBe(false);
  });

  it.each([
    ['Delete', false],
    ['Retain', true],
  ])('goes by its reclaim policy %s when the claim is gone, not before', async (reclaimPolicy, kept) => {
    const root = mkdtempSync(join(tmpdir(), 'tenantry-volumes-'));
    mkdirSync(volumeFolder(root, 'u1'));
    const claim = claimOf('gp3');
    const api = hostWith(claim, { provisioner: 'ebs.csi.eks.amazonaws.com', reclaimPolicy });
    await provision(api, claim);
    await reclaim(api, root, [claim]);
    expect(existsSync(volumeFolder(root, 'u1'))).toBe(true);
    await reclaim(api, root, []);
    expect(existsSync(volumeFolder(root, 'u1'))).toBe(kept);
    expect(api.objects.has(VOLUME)).toBe(kept);
  });
});
