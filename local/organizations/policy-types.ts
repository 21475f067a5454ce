import type { OperationInput } from '../kernel/service.ts';
import { requiredOneOf } from './input.ts';

export const SERVICE_CONTROL_POLICY = 'SERVICE_CONTROL_POLICY';

/** The policy types of the API; of these the local cloud has service control policies. */
const TYPES = [
  SERVICE_CONTROL_POLICY,
  'RESOURCE_CONTROL_POLICY',
  'TAG_POLICY',
  'BACKUP_POLICY',
  'AISERVICES_OPT_OUT_POLICY',
  'CHATBOT_POLICY',
  'DECLARATIVE_POLICY_EC2',
  'SECURITYHUB_POLICY',
  'INSPECTOR_POLICY',
  'UPGRADE_ROLLOUT_POLICY',
  'BEDROCK_POLICY',
  'S3_POLICY',
  'NETWORK_SECURITY_DIRECTOR_POLICY',
] as const;

/** The policy type in `member`. Throws InvalidInputException INVALID_ENUM_POLICY_TYPE. */
export function policyTypeOf(input: OperationInput, member: string): string {
  return requiredOneOf(input, member, TYPES, 'INVALID_ENUM_POLICY_TYPE');
}
