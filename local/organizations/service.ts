import type { Cloud, Service } from '../kernel/service.ts';
import { accountOperations } from './account-operations.ts';
import { createAccountVending } from './account-vending.ts';
import { attachmentOperations } from './attachment-operations.ts';
import { createCallCounts } from './call-counts.ts';
import { closeAccountOperations, createAccountClosing } from './close-account.ts';
import { createAccountOperations } from './create-account.ts';
import { delegationOperations } from './delegation-operations.ts';
import { ensureInitialOrganization } from './initial-organization.ts';
import { injectedRoutes } from './injected.ts';
import type { OrganizationsOptions } from './options.ts';
import { organizationOperations } from './organization-operations.ts';
import { createParts } from './parts.ts';
import { policyOperations } from './policy-operations.ts';
import { policyTypeOperations } from './policy-type-operations.ts';
import { resourcePolicyOperations } from './resource-policy-operations.ts';
import { serviceAccessOperations } from './service-access-operations.ts';
import { tagOperations } from './tag-operations.ts';
import { treeOperations } from './tree-operations.ts';

export type { OrganizationsOptions } from './options.ts';

/**
 * AWS Organizations: accounts come into being and go asynchronously, under AWS's limits and token buckets, and lists
 * are a moment behind. `/_local/organizations/faults` injects what may go wrong, `/_local/organizations/calls` counts.
 * https://docs.aws.amazon.com/organizations/latest/APIReference/
 */
export function organizationsService(cloud: Cloud, options: OrganizationsOptions = {}): Service {
  const parts = createParts(cloud, options);
  const vending = createAccountVending(parts);
  const closing = createAccountClosing(parts);
  const counts = createCallCounts();
  return {
    name: 'organizations',
    protocol: { kind: 'json', version: '1.1', targetPrefix: 'AWSOrganizationsV20161128' },
    operations: counts.counted({
      ...organizationOperations(parts),
      ...treeOperations(parts),
      ...createAccountOperations(parts, vending),
      ...accountOperations(parts),
      ...closeAccountOperations(parts, closing),
      ...tagOperations(parts),
      ...policyOperations(parts),
      ...attachmentOperations(parts),
      ...policyTypeOperations(parts),
      ...delegationOperations(parts),
      ...serviceAccessOperations(parts),
      ...resourcePolicyOperations(parts),
    }),
    async routes(request) {
      return request.path === '/calls' ? counts.route(request) : injectedRoutes(parts.injected, request);
    },
    start() {
      ensureInitialOrganization(parts);
      vending.resume();
      closing.resume();
    },
    async stop() {
      closing.stop();
      await vending.stop();
    },
  };
}
