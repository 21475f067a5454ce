import type { AccessRequest, Operation, OperationInput, RequestContext } from '../kernel/service.ts';
import { notInUse, notPermitted } from './errors.ts';
import type { OrganizationsParts } from './parts.ts';
import type { OrganizationRecord, Tag } from './records.ts';

export interface OrganizationCall {
  readonly organization: OrganizationRecord;
  readonly context: RequestContext;
  /** Milliseconds of the cloud's clock. */
  readonly now: number;
}

export interface OperationRules {
  /**
   * Who may call it: the management account alone; delegated administrators of any service too (reads); those too
   * whom the organization's resource policy names (policies and tags); any member account.
   * https://docs.aws.amazon.com/organizations/latest/userguide/orgs_delegate_policies.html
   */
  readonly by: 'management' | 'delegated' | 'policy' | 'member';
  /** What is acted upon: ARNs with tags. Default: `*`. */
  resources?(input: OperationInput, organization: OrganizationRecord): readonly Acted[];
  conditions?(input: OperationInput): Record<string, string | readonly string[]>;
  /** The entity that the call changes: one change at a time. */
  modifies?(input: OperationInput, organization: OrganizationRecord): string;
  handle(input: OperationInput, call: OrganizationCall): unknown;
}

/** A resource in an IAM check. */
export interface Acted {
  readonly arn: string;
  readonly tags?: readonly Tag[];
}

/** An operation that only accounts of an organization can call, throttled and guarded as AWS does it. */
export function organizationOperation(parts: OrganizationsParts, name: string, rules: OperationRules): Operation {
  const { database, cloud } = parts;
  return {
    ...(rules.modifies && parts.settings.modificationMilliseconds > 0 && { waits: () => true }),
    authorize: (input, context) => accessRequests(parts, name, rules, input, context),
    handle(input, context) {
      const organization = database.organizationOf(context.accountId);
      parts.throttle.admit(name, context.accountId, organization?.id);
      if (!organization) throw notInUse();
      if (!mayCall(parts, rules, organization, context.accountId)) throw notPermitted();
      const work = () => {
        const current = database.organizationOf(context.accountId);
        if (!current) throw notInUse();
        return rules.handle(input, { organization: current, context, now: cloud.clock.now() });
      };
      const target = rules.modifies?.(input, organization);
      return target === undefined ? work() : parts.modify(`${organization.id} ${target}`, work);
    },
  };
}

function mayCall(
  parts: OrganizationsParts,
  rules: OperationRules,
  organization: OrganizationRecord,
  accountId: string,
): boolean {
  if (rules.by === 'member' || accountId === organization.managementAccountId) return true;
  if (rules.by === 'management') return false;
  return isDelegated(parts, rules, organization, accountId) || organization.resourcePolicy !== undefined;
}

/** Delegated administrators of any service read everything; they change nothing by that alone. */
function isDelegated(
  parts: OrganizationsParts,
  rules: OperationRules,
  organization: OrganizationRecord,
  accountId: string,
): boolean {
  const account = parts.database.account(organization.id, accountId)?.account;
  return rules.by === 'delegated' && Object.keys(account?.delegatedServices ?? {}).length > 0;
}

function accessRequests(
  parts: OrganizationsParts,
  name: string,
  rules: OperationRules,
  input: OperationInput,
  { accountId }: RequestContext,
): AccessRequest[] {
  const organization = parts.database.organizationOf(accountId);
  const acted = (organization && rules.resources?.(input, organization)) ?? [];
  const byResourcePolicy =
    organization?.resourcePolicy !== undefined &&
    accountId !== organization.managementAccountId &&
    (rules.by === 'policy' || rules.by === 'delegated') &&
    !isDelegated(parts, rules, organization, accountId);
  const conditions = { ...requestTags(input), ...rules.conditions?.(input) };
  return (acted.length > 0 ? acted : [{ arn: '*' }]).map(({ arn, tags = [] }: Acted) => ({
    action: `organizations:${name}`,
    resource: arn,
    conditions: {
      ...conditions,
      ...Object.fromEntries(tags.map(({ Key, Value }) => [`aws:ResourceTag/${Key}`, Value])),
    },
    ...(byResourcePolicy && {
      resourcePolicy: organization.resourcePolicy?.content,
      resourceAccountId: organization.managementAccountId,
    }),
  }));
}

function requestTags(input: OperationInput): Record<string, string | readonly string[]> {
  const tags: unknown = input.Tags;
  if (!Array.isArray(tags) || tags.length === 0) return {};
  return Object.fromEntries(tags.map((tag) => [`aws:RequestTag/${tag?.Key}`, String(tag?.Value)]));
}
