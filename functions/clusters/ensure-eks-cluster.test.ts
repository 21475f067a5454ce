import type { Cluster } from '@aws-sdk/client-eks';
import { describe, expect, it } from 'vitest';
import { expectActive } from './ensure-eks-cluster.ts';

/** Name and message of the error, for a cluster in that state. */
function refusal(cluster: Cluster): { name: string; message: string } {
  try {
    expectActive({ name: 'tenantry-tenant-acme', ...cluster });
  } catch (error) {
    if (error instanceof Error) return { name: error.name, message: error.message };
    throw error;
  }
  throw new Error(`${cluster.status} is taken for active`);
}

describe('a cluster is expected to work', () => {
  it('and does when it is active, or is being updated', () => {
    for (const status of ['ACTIVE', 'UPDATING'] as const) {
      const cluster = { name: 'tenantry-tenant-acme', status };
      expect(expectActive(cluster)).toBe(cluster);
    }
  });

  it('but has failed: every health issue is told, code and message', () => {
    const issues = [
      { code: 'InsufficientFreeAddresses' as const, message: 'subnet-0a has no free addresses.' },
      { code: 'IamRoleNotFound' as const, message: 'The role is gone.' },
    ];
    expect(refusal({ status: 'FAILED', health: { issues } })).toEqual({
      name: 'ClusterFailed',
      message:
        'The cluster tenantry-tenant-acme is FAILED. InsufficientFreeAddresses: subnet-0a has no free addresses. ' +
        'IamRoleNotFound: The role is gone.',
    });
  });

  it('but has failed and EKS says nothing', () => {
    const message = 'The cluster tenantry-tenant-acme is FAILED. EKS gives no reason.';
    expect(refusal({ status: 'FAILED' })).toEqual({ name: 'ClusterFailed', message });
    expect(refusal({ status: 'FAILED', health: { issues: [] } })).toEqual({ name: 'ClusterFailed', message });
  });

  it('but is going, or not yet there: that passes, and says what holds it up', () => {
    expect(refusal({ status: 'DELETING' })).toEqual({
      name: 'StillDeleting',
      message: 'An earlier cluster tenantry-tenant-acme is being deleted.',
    });
    expect(refusal({ status: 'CREATING' })).toEqual({
      name: 'StillCreating',
      message: 'The cluster tenantry-tenant-acme is CREATING.',
    });
    const issues = [{ code: 'ConfigurationConflict' as const, message: 'Something else changes it.' }];
    expect(refusal({ status: 'PENDING', health: { issues } })).toEqual({
      name: 'StillCreating',
      message: 'The cluster tenantry-tenant-acme is PENDING. ConfigurationConflict: Something else changes it.',
    });
  });
});
