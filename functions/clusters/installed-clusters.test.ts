import { afterEach, expect, it, vi } from 'vitest';
import { clustersConfig } from '../../tenancy/clusters/config.ts';
import { config } from '../runtime/config.ts';
import { installedClusters, installedClustersConfig } from './installed-clusters.ts';

const before = config.clusters;
afterEach(() => {
  config.clusters = before;
  vi.unstubAllEnvs();
});

it('are those of the configuration, filled and added as it says', () => {
  vi.stubEnv('INSTALLATION', 'shop');
  const clusters = clustersConfig.parse({ publicAccessCidrs: ['203.0.113.0/24'], share: 0.5, spread: 'emptiest' });
  config.clusters = clusters;
  expect(installedClusters()).toMatchObject({ existing: config.sharedClusters, settings: clusters });
  expect(installedClusters().addedName(3)).toBe('shop-shared-3');
});

it('are closed to the world and never added where the configuration says nothing', () => {
  config.clusters = undefined;
  expect(installedClustersConfig()).toEqual({
    publicAccessCidrs: [],
    share: 1,
    spread: 'fullest',
    version: expect.stringMatching(/^1\.\d{2}$/),
  });
  expect(installedClusters().settings).toEqual(installedClustersConfig());
});
