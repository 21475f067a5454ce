import { AwsError } from '../../kernel/errors.ts';
import {
  type Properties,
  pick,
  type ResourceProvider,
  type ResourceRequest,
  type ResourceState,
  sameJson,
} from '../resource-provider.ts';
import { deleteWhenFree, described, ifPresent, retag, tagged } from './ec2-resource.ts';

type Direction = 'Ingress' | 'Egress';

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-ec2-securitygroup.html */
export const ec2SecurityGroup: ResourceProvider = {
  type: 'AWS::EC2::SecurityGroup',
  properties: ['GroupDescription', 'GroupName', 'SecurityGroupEgress', 'SecurityGroupIngress', 'Tags', 'VpcId'],
  required: ['GroupDescription'],
  replaceOn: ['GroupDescription', 'GroupName', 'VpcId'],
  name: { property: 'GroupName', maximum: 255 },
  seconds: { create: 6, update: 3, delete: 2 },
  async create(request) {
    const { properties, name: GroupName } = request;
    const { GroupDescription: Description, VpcId } = properties;
    const GroupId = await groupId(request, { GroupName, Description, VpcId });
    request.initiated(GroupId);
    const group = await groupOf(request, GroupId);
    const { SecurityGroupIngress = [], SecurityGroupEgress } = properties;
    await setRules(request, group, 'Ingress', SecurityGroupIngress);
    // Without rules of its own a group lets everything out, which is how it is born.
    if (SecurityGroupEgress !== undefined) await setRules(request, group, 'Egress', SecurityGroupEgress);
    return { physicalId: GroupId, attributes: { GroupId, Id: GroupId, VpcId: group.VpcId } };
  },
  async update(request, existing) {
    const group = await groupOf(request, existing.physicalId);
    const { properties } = request;
    for (const direction of ['Ingress', 'Egress'] as const) {
      const [before, after] = [existing.properties, properties].map((from) => from[`SecurityGroup${direction}`]);
      // Rules that resources of their own have added stay unless the list of the group changes.
      if (!sameJson(before, after)) await setRules(request, group, direction, after ?? bornWith(direction));
    }
    await retag(request, existing, existing.physicalId);
    return existing;
  },
  async delete(request, { physicalId: GroupId }) {
    await deleteWhenFree(request, () => request.call('ec2', 'DeleteSecurityGroup', { GroupId }));
  },
};

function bornWith(direction: Direction): Properties[] {
  return direction === 'Egress' ? [{ IpProtocol: '-1', CidrIp: '0.0.0.0/0' }] : [];
}

async function groupId(request: ResourceRequest, input: Properties): Promise<string> {
  try {
    return (await request.call('ec2', 'CreateSecurityGroup', { ...input, ...tagged(request, 'security-group') }))
      .GroupId;
  } catch (error) {
    if (!request.resumed || !(error instanceof AwsError) || error.code !== 'InvalidGroup.Duplicate') throw error;
    const filters = { 'group-name': input.GroupName, ...(input.VpcId && { 'vpc-id': input.VpcId }) };
    const Filters = Object.entries(filters).map(([Name, value]) => ({ Name, Values: [value] }));
    return (await described(request, 'DescribeSecurityGroups', 'SecurityGroups', { Filters })).GroupId;
  }
}

function groupOf(request: ResourceRequest, GroupId: string): Promise<Properties> {
  return described(request, 'DescribeSecurityGroups', 'SecurityGroups', { GroupIds: [GroupId] });
}

/** Makes the rules of one direction those of the list. */
async function setRules(
  request: ResourceRequest,
  { GroupId }: Properties,
  direction: Direction,
  wanted: Properties[],
): Promise<void> {
  const Filters = [{ Name: 'group-id', Values: [GroupId] }];
  const { SecurityGroupRules } = await request.call('ec2', 'DescribeSecurityGroupRules', { Filters });
  const present: Properties[] = SecurityGroupRules.filter(
    (rule: Properties) => rule.IsEgress === (direction === 'Egress'),
  );
  const SecurityGroupRuleIds = present.map((rule) => rule.SecurityGroupRuleId);
  if (SecurityGroupRuleIds.length > 0)
    await request.call('ec2', `RevokeSecurityGroup${direction}`, { GroupId, SecurityGroupRuleIds });
  if (wanted.length > 0)
    await request.call('ec2', `AuthorizeSecurityGroup${direction}`, {
      GroupId,
      IpPermissions: wanted.map(permissionOf),
    });
}

/** A rule of a template as EC2 takes it. */
function permissionOf(rule: Properties): Properties {
  const description = rule.Description === undefined ? {} : { Description: rule.Description };
  const peer = rule.SourceSecurityGroupId ?? rule.DestinationSecurityGroupId;
  const list = rule.SourcePrefixListId ?? rule.DestinationPrefixListId;
  return {
    IpProtocol: String(rule.IpProtocol),
    ...pick(rule, ['FromPort', 'ToPort']),
    ...(rule.CidrIp !== undefined && { IpRanges: [{ CidrIp: rule.CidrIp, ...description }] }),
    ...(rule.CidrIpv6 !== undefined && { Ipv6Ranges: [{ CidrIpv6: rule.CidrIpv6, ...description }] }),
    ...(peer !== undefined && { UserIdGroupPairs: [{ GroupId: peer, ...description }] }),
    ...(list !== undefined && { PrefixListIds: [{ PrefixListId: list, ...description }] }),
  };
}

const RULE = ['CidrIp', 'CidrIpv6', 'FromPort', 'GroupId', 'IpProtocol', 'ToPort'];

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-ec2-securitygroupingress.html */
export const ec2SecurityGroupIngress: ResourceProvider = ruleProvider('Ingress', [
  'SourcePrefixListId',
  'SourceSecurityGroupId',
]);

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-ec2-securitygroupegress.html */
export const ec2SecurityGroupEgress: ResourceProvider = ruleProvider('Egress', [
  'DestinationPrefixListId',
  'DestinationSecurityGroupId',
]);

function ruleProvider(direction: Direction, peers: string[]): ResourceProvider {
  const identity = [...RULE, ...peers];
  return {
    type: `AWS::EC2::SecurityGroup${direction}`,
    properties: [...identity, 'Description'],
    required: ['GroupId', 'IpProtocol'],
    replaceOn: identity,
    seconds: { create: 3, update: 3, delete: 2 },
    async create(request) {
      const id = await authorize(request, direction);
      return ruleState(id);
    },
    async update(request, existing) {
      const input = { GroupId: request.properties.GroupId, IpPermissions: [permissionOf(request.properties)] };
      await request.call('ec2', `UpdateSecurityGroupRuleDescriptions${direction}`, input);
      return existing;
    },
    async delete(request, existing) {
      const { GroupId } = existing.properties;
      const SecurityGroupRuleIds = [existing.physicalId];
      await ifPresent(() => request.call('ec2', `RevokeSecurityGroup${direction}`, { GroupId, SecurityGroupRuleIds }));
    },
  };
}

async function authorize(request: ResourceRequest, direction: Direction): Promise<string> {
  const { GroupId } = request.properties;
  const permission = permissionOf(request.properties);
  try {
    const input = { GroupId, IpPermissions: [permission] };
    const { SecurityGroupRules } = await request.call('ec2', `AuthorizeSecurityGroup${direction}`, input);
    return SecurityGroupRules[0].SecurityGroupRuleId;
  } catch (error) {
    if (!request.resumed || !(error instanceof AwsError) || error.code !== 'InvalidPermission.Duplicate') throw error;
    return sameRule(request, direction, permission);
  }
}

/** The rule that an earlier try has made. */
async function sameRule(request: ResourceRequest, direction: Direction, permission: Properties): Promise<string> {
  const Filters = [{ Name: 'group-id', Values: [request.properties.GroupId] }];
  const { SecurityGroupRules } = await request.call('ec2', 'DescribeSecurityGroupRules', { Filters });
  const peer = (rule: Properties) =>
    rule.CidrIpv4 ?? rule.CidrIpv6 ?? rule.PrefixListId ?? rule.ReferencedGroupInfo?.GroupId;
  const wanted =
    permission.IpRanges?.[0].CidrIp ??
    permission.Ipv6Ranges?.[0].CidrIpv6 ??
    permission.PrefixListIds?.[0].PrefixListId ??
    permission.UserIdGroupPairs?.[0].GroupId;
  const found = SecurityGroupRules.find(
    (rule: Properties) =>
      rule.IsEgress === (direction === 'Egress') &&
      peer(rule) === wanted &&
      rule.IpProtocol === permission.IpProtocol &&
      Number(rule.FromPort) === Number(permission.FromPort ?? -1) &&
      Number(rule.ToPort) === Number(permission.ToPort ?? -1),
  );
  if (!found) throw new Error(`the rule exists in ${request.properties.GroupId}, and is not shown there`);
  return found.SecurityGroupRuleId;
}

function ruleState(id: string): ResourceState {
  return { physicalId: id, attributes: { Id: id } };
}
