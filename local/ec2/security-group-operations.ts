import { AwsError } from '../kernel/errors.ts';
import type { Cloud, Operation } from '../kernel/service.ts';
import { allowAllOut } from './default-vpc.ts';
import { describe, page, type Visibility } from './describe.ts';
import { invalidValue, requiredText, tagsFor, textList } from './input.ts';
import { type Network, newId } from './network.ts';
import { ec2Operation } from './operation.ts';
import type { SecurityGroupRecord } from './records.ts';
import { permissionsView, rulesOf, ruleView, sameRule, withRules } from './security-group-rules.ts';

const TEXT = /^[a-zA-Z0-9. _\-:/()#,@[\]+=&;{}!$*]{1,255}$/;

/** https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateSecurityGroup.html */
export function securityGroupOperations(cloud: Cloud, visibility: Visibility): Record<string, Operation> {
  return {
    ...ruleOperations(cloud),
    CreateSecurityGroup: ec2Operation(cloud, 'CreateSecurityGroup', {
      creates: 'security-group',
      on: ['VpcId'],
      handle(input, network) {
        const name = checkedText(requiredText(input, 'GroupName'), 'groupName');
        const description = checkedText(requiredText(input, 'Description'), 'GroupDescription');
        const tags = tagsFor(input, 'security-group');
        const vpcId = input.VpcId ?? network.list('vpc').find(({ isDefault }) => isDefault)?.id;
        if (!vpcId) throw new AwsError('VPCIdNotSpecified', 'No default VPC for this user');
        const vpc = network.existing('vpc', String(vpcId));
        const group: SecurityGroupRecord = {
          id: newId('sg'),
          createdAt: cloud.clock.now(),
          vpcId: vpc.id,
          name,
          description,
          rules: [allowAllOut()],
        };
        assertRoom(network, group);
        network.put('security-group', group);
        network.putTags(group.id, tags);
        const { accountId, region } = network.scope;
        const SecurityGroupArn = `arn:aws:ec2:${region}:${accountId}:security-group/${group.id}`;
        return { GroupId: group.id, SecurityGroupArn, Tags: tags };
      },
    }),
    DescribeSecurityGroups: ec2Operation(cloud, 'DescribeSecurityGroups', {
      handle: (input, network) =>
        describe(network, input, visibility, {
          kind: 'security-group',
          ids: 'GroupIds',
          member: 'SecurityGroups',
          filters: {
            'group-id': ({ id }) => id,
            'group-name': ({ name }) => name,
            'vpc-id': ({ vpcId }) => vpcId,
            description: ({ description }) => description,
          },
          view: (group) => ({
            GroupId: group.id,
            SecurityGroupArn: `arn:aws:ec2:${network.scope.region}:${network.scope.accountId}:security-group/${group.id}`,
            GroupName: group.name,
            Description: group.description,
            VpcId: group.vpcId,
            OwnerId: network.scope.accountId,
            IpPermissions: permissionsView(network, group, false),
            IpPermissionsEgress: permissionsView(network, group, true),
          }),
        }),
    }),
    DeleteSecurityGroup: ec2Operation(cloud, 'DeleteSecurityGroup', {
      on: ['GroupId'],
      handle(input, network) {
        const group = network.existing('security-group', requiredText(input, 'GroupId'));
        if (group.name === 'default') {
          throw new AwsError(
            'CannotDelete',
            `the specified group: "${group.id}" name: "default" cannot be deleted by a user`,
          );
        }
        const referenced = network
          .list('security-group')
          .some(({ id, rules }) => id !== group.id && rules.some(({ source }) => source === group.id));
        if (referenced || network.list('network-interface').some(({ groupIds }) => groupIds.includes(group.id))) {
          throw new AwsError('DependencyViolation', `resource ${group.id} has a dependent object`);
        }
        network.delete('security-group', group.id);
        return { Return: true, GroupId: group.id };
      },
    }),
  };
}

function ruleOperations(cloud: Cloud): Record<string, Operation> {
  const authorize = (name: string, egress: boolean): Operation =>
    ec2Operation(cloud, name, {
      on: ['GroupId'],
      handle(input, network) {
        const group = network.existing('security-group', requiredText(input, 'GroupId'));
        const rules = rulesOf(network, input, egress);
        network.put('security-group', withRules(network, group, rules));
        return { Return: true, SecurityGroupRules: rules.map((rule) => ruleView(network, group.id, rule)) };
      },
    });
  const revoke = (name: string, egress: boolean): Operation =>
    ec2Operation(cloud, name, {
      on: ['GroupId'],
      handle(input, network) {
        const group = network.existing('security-group', requiredText(input, 'GroupId'));
        const ids = textList(input, 'SecurityGroupRuleIds');
        const named = ids.length > 0 ? [] : rulesOf(network, input, egress);
        const gone = group.rules.filter(
          (rule) => rule.egress === egress && (ids.includes(rule.id) || named.some((other) => sameRule(other, rule))),
        );
        if (gone.length < Math.max(ids.length, named.length)) {
          throw new AwsError('InvalidPermission.NotFound', 'The specified rule does not exist in this security group.');
        }
        network.put('security-group', { ...group, rules: group.rules.filter((rule) => !gone.includes(rule)) });
        return { Return: true };
      },
    });
  return {
    AuthorizeSecurityGroupIngress: authorize('AuthorizeSecurityGroupIngress', false),
    AuthorizeSecurityGroupEgress: authorize('AuthorizeSecurityGroupEgress', true),
    RevokeSecurityGroupIngress: revoke('RevokeSecurityGroupIngress', false),
    RevokeSecurityGroupEgress: revoke('RevokeSecurityGroupEgress', true),
    DescribeSecurityGroupRules: ec2Operation(cloud, 'DescribeSecurityGroupRules', {
      handle(input, network) {
        const ids = textList(input, 'SecurityGroupRuleIds');
        const filters: { Name: string; Values: string[] }[] = input.Filters ?? [];
        const unknown = filters.find(({ Name }) => Name !== 'group-id');
        if (unknown) throw invalidValue(`The filter '${unknown.Name}' is invalid`);
        const rules = network
          .list('security-group')
          .filter(({ id }) => filters.every(({ Values }) => Values.includes(id)))
          .flatMap((group) => group.rules.map((rule) => ruleView(network, group.id, rule)))
          .filter(({ SecurityGroupRuleId }) => ids.length === 0 || ids.includes(SecurityGroupRuleId));
        return page('SecurityGroupRules', rules, input);
      },
    }),
  };
}

function checkedText(text: string, member: string): string {
  if (TEXT.test(text)) return text;
  throw invalidValue(
    `Value (${text}) for parameter ${member} is invalid. Character sets beyond ASCII are not supported.`,
  );
}

function assertRoom(network: Network, group: SecurityGroupRecord): void {
  const groups = network.list('security-group');
  if (groups.some(({ vpcId, name }) => vpcId === group.vpcId && name === group.name)) {
    throw new AwsError(
      'InvalidGroup.Duplicate',
      `The security group '${group.name}' already exists for VPC '${group.vpcId}'`,
    );
  }
  if (group.name.startsWith('sg-')) {
    throw invalidValue(
      `Value (${group.name}) for parameter groupName is invalid. Group names may not be in the format sg-*.`,
    );
  }
  if (groups.length >= network.quota('L-E79EC296')) {
    throw new AwsError('SecurityGroupLimitExceeded', 'The maximum number of security groups has been reached.');
  }
}
