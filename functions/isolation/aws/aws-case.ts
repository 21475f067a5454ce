import type { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { IAMClient } from '@aws-sdk/client-iam';
import type { OrganizationsClient } from '@aws-sdk/client-organizations';
import type { STSClient } from '@aws-sdk/client-sts';

/** AWS as the tenant's role sees it; nothing more than the proof calls. */
export interface TenantAws {
  readonly sts: Pick<STSClient, 'send'>;
  readonly iam: Pick<IAMClient, 'send'>;
  readonly organizations: Pick<OrganizationsClient, 'send'>;
  readonly cloudformation: Pick<CloudFormationClient, 'send'>;
  /** In a region that the tenant has no business in. */
  readonly elsewhere: Pick<DynamoDBClient, 'send'>;
}

/** One call with the tenant's own credentials, and the control that has to answer it. */
export interface AwsCase {
  readonly name: string;
  readonly control: AwsControl;
  call(aws: TenantAws): Promise<unknown>;
}

/** What has to answer: acceptance for the well-behaved, one certain control for each hostile call. */
export type AwsControl =
  /** The answer says who is asking. */
  | { readonly kind: 'identity'; readonly accountId: string; readonly roleName: string }
  /** `silent`: the service may refuse in words of its own that name no policy. */
  | { readonly kind: 'service control policy'; readonly action: string; readonly silent?: true }
  /** The trust policy of the role, or the lack of any right to assume it: STS does not say which. */
  | { readonly kind: 'trust policy'; readonly roleArn: string };

/** What a call led to. */
export type AwsAnswer =
  | { readonly accepted: true; readonly output: unknown }
  | { readonly accepted: false; readonly code: string; readonly message: string };

const DENIED = new Set(['AccessDenied', 'AccessDeniedException', 'UnauthorizedOperation']);

/** AWS Organizations may refuse without saying why. */
const SILENT = "You don't have permissions to access this resource.";

/** Whether this very control gave the answer; a refusal for another reason is not it. */
export function answeredByAws(control: AwsControl, answer: AwsAnswer): boolean {
  if (control.kind === 'identity') return answer.accepted && isIdentity(control, answer.output);
  if (answer.accepted || !DENIED.has(answer.code)) return false;
  const { message } = answer;
  switch (control.kind) {
    case 'service control policy':
      // https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html
      return (
        (message.includes(` not authorized to perform: ${control.action} `) &&
          message.includes('with an explicit deny in a service control policy')) ||
        (control.silent === true && message.startsWith(SILENT))
      );
    case 'trust policy':
      return message.includes(` not authorized to perform: sts:AssumeRole on resource: ${control.roleArn}`);
  }
}

function isIdentity({ accountId, roleName }: { accountId: string; roleName: string }, output: unknown): boolean {
  const { Account, Arn } = output as { Account?: string; Arn?: string };
  return Account === accountId && Arn?.startsWith(`arn:aws:sts::${accountId}:assumed-role/${roleName}/`) === true;
}

/** The control in words, for the result. */
export function awsControlName(control: AwsControl): string {
  return control.kind === 'identity' ? 'accepted' : control.kind;
}

/** The answer in words, without what was read: it may be somebody's credentials. */
export function awsAnswerText(answer: AwsAnswer): string {
  return answer.accepted ? 'acceptance' : `${answer.code} ${answer.message.slice(0, 300)}`;
}
