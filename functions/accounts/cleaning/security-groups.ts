import {
  DeleteSecurityGroupCommand,
  type EC2Client,
  type IpPermission,
  RevokeSecurityGroupEgressCommand,
  RevokeSecurityGroupIngressCommand,
  type SecurityGroup,
} from '@aws-sdk/client-ec2';
import { orGone } from './sweeper.ts';

const GONE = ['InvalidPermission.NotFound', 'InvalidGroup.NotFound'];

/**
 * Removes a security group, and first the rules of others that name it: groups that name each other would keep each
 * other for ever. https://docs.aws.amazon.com/vpc/latest/userguide/deleting-security-groups.html
 */
export async function removeSecurityGroup(
  client: EC2Client,
  GroupId: string,
  all: readonly SecurityGroup[],
): Promise<void> {
  for (const other of all) {
    const ingress = naming(other.IpPermissions, GroupId);
    if (ingress.length > 0)
      await orGone(
        client.send(new RevokeSecurityGroupIngressCommand({ GroupId: other.GroupId, IpPermissions: ingress })),
        ...GONE,
      );
    const egress = naming(other.IpPermissionsEgress, GroupId);
    if (egress.length > 0)
      await orGone(
        client.send(new RevokeSecurityGroupEgressCommand({ GroupId: other.GroupId, IpPermissions: egress })),
        ...GONE,
      );
  }
  await client.send(new DeleteSecurityGroupCommand({ GroupId }));
}

/** The part of rules that names a group. */
function naming(permissions: readonly IpPermission[] | undefined, groupId: string): IpPermission[] {
  return (permissions ?? []).flatMap(({ IpProtocol, FromPort, ToPort, UserIdGroupPairs = [] }) => {
    const pairs = UserIdGroupPairs.filter(({ GroupId }) => GroupId === groupId).map(({ GroupId }) => ({ GroupId }));
    return pairs.length === 0 ? [] : [{ IpProtocol, FromPort, ToPort, UserIdGroupPairs: pairs }];
  });
}
