import { isUsable, REGIONS, regionStatus } from '../account/regions.ts';
import { AwsError } from '../kernel/errors.ts';
import type { AccessRequest, Cloud, Operation, OperationInput, RequestContext } from '../kernel/service.ts';
import { isReady } from '../organizations/readiness.ts';
import { ensureDefaults } from './default-vpc.ts';
import { isTrue } from './input.ts';
import { kindOf } from './kinds.ts';
import { type Network, networkOf } from './network.ts';
import type { Kind, Tag } from './records.ts';

export interface Ec2Rules {
  /** Input members with the ids of what is acted upon; without them, and for Describe operations, it is `*`. */
  readonly on?: readonly string[];
  /** Ids of what is acted upon where the input names it through something else, such as an association. */
  actsOn?(input: OperationInput, network: Network): readonly string[];
  /** The kind of resource that is made. */
  readonly creates?: Kind;
  handle(input: OperationInput, network: Network): unknown;
}

/** An operation on the network of a region: refused while the account or the region is not ready for it. */
export function ec2Operation(cloud: Cloud, name: string, rules: Ec2Rules): Operation {
  return {
    authorize: (input, context) => accessRequests(cloud, name, rules, input, context),
    handle(input, { accountId, region }) {
      if (!REGIONS.includes(region) || !isUsable(regionStatus(cloud, accountId, region))) {
        throw new AwsError('AuthFailure', 'AWS was not able to validate the provided access credentials', {
          status: 401,
        });
      }
      if (!isReady(cloud, accountId, 'ec2')) {
        throw new AwsError(
          'OptInRequired',
          'You are not subscribed to this service. Please go to http://aws.amazon.com to subscribe.',
          { status: 401 },
        );
      }
      if (isTrue(input.DryRun)) {
        throw new AwsError('DryRunOperation', 'Request would have succeeded, but DryRun flag is set.', { status: 412 });
      }
      const network = networkOf(cloud, { accountId, region });
      ensureDefaults(cloud, network);
      return rules.handle(input, network);
    },
  };
}

/** https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonec2.html */
function accessRequests(
  cloud: Cloud,
  name: string,
  rules: Ec2Rules,
  input: OperationInput,
  { accountId, region }: RequestContext,
): AccessRequest[] {
  const network = networkOf(cloud, { accountId, region });
  const arn = (kind: string, id: string) => `arn:aws:ec2:${region}:${accountId}:${kind}/${id}`;
  const requested: Tag[] = (input.TagSpecifications ?? [])
    .flatMap(({ Tags }: { Tags?: Tag[] }) => Tags ?? [])
    .concat(input.Tags ?? []);
  const conditions = {
    'ec2:Region': region,
    ...Object.fromEntries(requested.map(({ Key, Value }) => [`aws:RequestTag/${Key}`, String(Value ?? '')])),
  };
  const named = (rules.on ?? []).flatMap((member) => [input[member] ?? []].flat()).map(String);
  const ids = [...named, ...(rules.actsOn?.(input, network) ?? [])];
  const acted = ids.map((id) => ({
    action: `ec2:${name}`,
    resource: arn(kindOf(id) ?? '*', id),
    conditions: {
      ...conditions,
      ...Object.fromEntries(network.tags(id).map(({ Key, Value }) => [`aws:ResourceTag/${Key}`, Value])),
    },
  }));
  if (!rules.creates) return acted.length > 0 ? acted : [{ action: `ec2:${name}`, resource: '*', conditions }];
  const made = { action: `ec2:${name}`, resource: arn(rules.creates, '*'), conditions };
  const tagging = { ...made, action: 'ec2:CreateTags', conditions: { ...conditions, 'ec2:CreateAction': name } };
  return [made, ...acted, ...(requested.length > 0 ? [tagging] : [])];
}
