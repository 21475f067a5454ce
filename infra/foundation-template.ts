import { FoundationStack } from './foundation-stack.ts';
import { templateText } from './template-text.ts';

/**
 * The synthesized template of a tenant's foundation: at most 51,200 bytes, because it is given to CloudFormation in the
 * request itself (an account of a tenant cannot read the platform's buckets).
 * https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html
 */
export function foundationTemplate(boundaryName: string, podIdentityRoleName?: string): string {
  return templateText((app) => new FoundationStack(app, 'TenantFoundation', { boundaryName, podIdentityRoleName }));
}
