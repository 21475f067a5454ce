import { describe, expect, it } from 'vitest';
import { hasVirtualClusters } from './virtual-clusters.ts';

function apiWith(found: string) {
  return {
    list: async <T>(path: string) => ({ items: (path.includes(found) ? [{}] : []) as T[], resourceVersion: '1' }),
  };
}

describe('a cluster', () => {
  it.each(['/pods', '/services'])('has virtual clusters if it has %s of them', async (kind) => {
    expect(await hasVirtualClusters(apiWith(`/api/v1${kind}?labelSelector=app%3Dvcluster`))).toBe(true);
  });

  it('has none if there is nothing but claims that are kept', async () => {
    expect(await hasVirtualClusters(apiWith('persistentvolumeclaims'))).toBe(false);
  });

  it('that does not answer says so', async () => {
    const list = () => Promise.reject(new Error('no answer'));
    await expect(hasVirtualClusters({ list })).rejects.toThrow('no answer');
  });
});
