import { AccountStack, type AccountStackProps } from './account-stack.ts';
import { templateText } from './template-text.ts';

export type AccountTemplateProps = Pick<AccountStackProps, 'prefix' | 'boundaryName' | 'clusterKeyArn'>;

/**
 * The synthesized template of an account's baseline: at most 51,200 bytes, because it is given to CloudFormation in the
 * request itself.
 * https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html
 */
export function accountTemplate(props: AccountTemplateProps): string {
  return templateText((app) => new AccountStack(app, 'TenantAccount', props));
}
