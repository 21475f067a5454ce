import { AwsError } from '../kernel/errors.ts';
import type { OperationInput } from '../kernel/service.ts';
import { canonical, parseBlock } from './cidr.ts';
import { invalidValue } from './input.ts';
import { type Network, newId } from './network.ts';
import type { SecurityGroupRecord, SecurityGroupRule } from './records.ts';

/** Rules that differ in these are different. */
type RuleKey = Pick<SecurityGroupRule, 'protocol' | 'from' | 'to' | 'source'>;

const PROTOCOLS: Readonly<Record<string, string>> = { '6': 'tcp', '17': 'udp', '1': 'icmp', all: '-1' };

/**
 * The rules in IpPermissions, or in the members of a single one (IpProtocol, FromPort, ToPort, CidrIp).
 * Throws InvalidParameterValue, InvalidGroup.NotFound, MissingParameter.
 */
export function rulesOf(network: Network, input: OperationInput, egress: boolean): SecurityGroupRule[] {
  const single = input.IpProtocol && [{ ...input, IpRanges: input.CidrIp ? [{ CidrIp: input.CidrIp }] : [] }];
  const permissions: OperationInput[] = input.IpPermissions ?? single ?? [];
  const rules = permissions.flatMap((permission) => {
    const ports = portsOf(permission);
    return sourcesOf(network, permission).map(({ source, description }) => ({
      id: newId('sgr'),
      egress,
      ...ports,
      source,
      ...(description !== undefined && { description }),
    }));
  });
  if (rules.length > 0) return rules;
  throw new AwsError('MissingParameter', 'Either "ipPermissions" or "securityGroupRuleIds" should be provided.');
}

function portsOf(permission: OperationInput): Pick<SecurityGroupRule, 'protocol' | 'from' | 'to'> {
  const named = String(permission.IpProtocol ?? '-1').toLowerCase();
  const protocol = PROTOCOLS[named] ?? named;
  if (protocol === '-1') return { protocol, from: -1, to: -1 };
  const [from, to] = [Number(permission.FromPort), Number(permission.ToPort)];
  if (!Number.isInteger(from) || !Number.isInteger(to)) {
    throw invalidValue(`Invalid value 'Must specify both from and to ports with TCP/UDP.' for portRange.`);
  }
  if ((protocol === 'tcp' || protocol === 'udp') && (from < 0 || to > 65_535 || from > to)) {
    throw invalidValue(`Invalid value '${from}-${to}' for portRange.`);
  }
  return { protocol, from, to };
}

function sourcesOf(network: Network, permission: OperationInput): { source: string; description?: string }[] {
  const listed = (member: string, key: string): OperationInput[] =>
    (permission[member] ?? []).map((entry: OperationInput) => ({ source: entry[key], description: entry.Description }));
  const ranges = listed('IpRanges', 'CidrIp').map(({ source, description }) => {
    const block = parseBlock(String(source));
    if (!block) throw invalidValue(`CIDR block ${String(source)} is malformed`);
    return { source: canonical(block), description };
  });
  const groups = listed('UserIdGroupPairs', 'GroupId');
  for (const { source } of groups) network.existing('security-group', String(source));
  return [...ranges, ...listed('Ipv6Ranges', 'CidrIpv6'), ...listed('PrefixListIds', 'PrefixListId'), ...groups];
}

/** Whether two rules say the same. */
export function sameRule(a: RuleKey & { egress: boolean }, b: RuleKey & { egress: boolean }): boolean {
  return (
    a.egress === b.egress && a.protocol === b.protocol && a.from === b.from && a.to === b.to && a.source === b.source
  );
}

/** The group with more rules. Throws InvalidPermission.Duplicate, RulesPerSecurityGroupLimitExceeded. */
export function withRules(
  network: Network,
  group: SecurityGroupRecord,
  added: readonly SecurityGroupRule[],
): SecurityGroupRecord {
  for (const rule of added) {
    if (group.rules.some((known) => sameRule(known, rule))) {
      throw new AwsError(
        'InvalidPermission.Duplicate',
        `the specified rule "peer: ${rule.source}, ${rule.protocol}, from port: ${rule.from}, to port: ${rule.to}, ALLOW" already exists`,
      );
    }
  }
  const rules = [...group.rules, ...added];
  const most = network.quota('L-0EA8095F');
  if ([true, false].some((egress) => rules.filter((rule) => rule.egress === egress).length > most)) {
    throw new AwsError(
      'RulesPerSecurityGroupLimitExceeded',
      'The maximum number of rules per security group has been reached.',
    );
  }
  return { ...group, rules };
}

/** The rules in one direction, by protocol and ports, as DescribeSecurityGroups shows them. */
export function permissionsView(network: Network, group: SecurityGroupRecord, egress: boolean) {
  const rules = group.rules.filter((rule) => rule.egress === egress);
  const groups = Object.groupBy(rules, ({ protocol, from, to }) => `${protocol} ${from} ${to}`);
  return Object.values(groups).flatMap((same = []) => {
    const [first] = same;
    if (!first) return [];
    const of = (matches: (source: string) => boolean) => same.filter(({ source }) => matches(source));
    return {
      IpProtocol: first.protocol,
      ...(first.protocol !== '-1' && { FromPort: first.from, ToPort: first.to }),
      IpRanges: of((source) => source.includes('.')).map(({ source, description }) => ({
        CidrIp: source,
        Description: description,
      })),
      Ipv6Ranges: of((source) => source.includes(':')).map(({ source, description }) => ({
        CidrIpv6: source,
        Description: description,
      })),
      PrefixListIds: of((source) => source.startsWith('pl-')).map(({ source }) => ({ PrefixListId: source })),
      UserIdGroupPairs: of((source) => source.startsWith('sg-')).map(({ source, description }) => ({
        GroupId: source,
        UserId: network.scope.accountId,
        Description: description,
      })),
    };
  });
}

/** https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_SecurityGroupRule.html */
export function ruleView(network: Network, groupId: string, rule: SecurityGroupRule) {
  const { accountId, region } = network.scope;
  return {
    SecurityGroupRuleId: rule.id,
    SecurityGroupRuleArn: `arn:aws:ec2:${region}:${accountId}:security-group-rule/${rule.id}`,
    GroupId: groupId,
    GroupOwnerId: accountId,
    IsEgress: rule.egress,
    IpProtocol: rule.protocol,
    FromPort: rule.from,
    ToPort: rule.to,
    ...(rule.source.includes('.') && { CidrIpv4: rule.source }),
    ...(rule.source.includes(':') && { CidrIpv6: rule.source }),
    ...(rule.source.startsWith('pl-') && { PrefixListId: rule.source }),
    ...(rule.source.startsWith('sg-') && { ReferencedGroupInfo: { GroupId: rule.source, UserId: accountId } }),
    Description: rule.description,
    Tags: [],
  };
}
