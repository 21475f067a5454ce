import {
  DescribeSecurityGroupRulesCommand,
  type EC2Client,
  RevokeSecurityGroupEgressCommand,
  RevokeSecurityGroupIngressCommand,
} from '@aws-sdk/client-ec2';

/**
 * Ensures that a VPC's default security group, which whatever names no group gets, lets nothing in and nothing out. It
 * cannot be deleted, and CloudFormation cannot change it.
 * https://docs.aws.amazon.com/securityhub/latest/userguide/ec2-controls.html#ec2-2
 */
export async function closeSecurityGroup(ec2: Pick<EC2Client, 'send'>, groupId: string): Promise<void> {
  const { SecurityGroupRules = [] } = await ec2.send(
    new DescribeSecurityGroupRulesCommand({ Filters: [{ Name: 'group-id', Values: [groupId] }] }),
  );
  const ids = (egress: boolean) =>
    SecurityGroupRules.filter(({ IsEgress }) => IsEgress === egress).flatMap((rule) => rule.SecurityGroupRuleId ?? []);
  const [ingress, egress] = [ids(false), ids(true)];
  if (ingress.length > 0)
    await ec2.send(new RevokeSecurityGroupIngressCommand({ GroupId: groupId, SecurityGroupRuleIds: ingress }));
  if (egress.length > 0)
    await ec2.send(new RevokeSecurityGroupEgressCommand({ GroupId: groupId, SecurityGroupRuleIds: egress }));
}
