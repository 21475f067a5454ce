import { SERVICE_CONTROL_POLICY } from './policy-types.ts';
import type { PolicyRecord } from './records.ts';

/** AWS's own policy that allows everything; it is attached to every root, unit and account at first. */
export const FULL_ACCESS: PolicyRecord = {
  id: 'p-FullAWSAccess',
  organizationId: 'aws',
  name: 'FullAWSAccess',
  description: 'Allows access to every operation',
  type: SERVICE_CONTROL_POLICY,
  content: JSON.stringify({
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }],
  }),
  awsManaged: true,
  tags: [],
};
