import { expect, it } from 'vitest';
import { interfaces } from './ec2.ts';
import { removeCluster } from './eks.ts';
import { removeUser } from './iam-removal.ts';

type Answer = object | Error;

/** A client that answers by the name of the command, one answer after the other, and remembers what was asked. */
function answering(answers: Record<string, Answer | Answer[]>): { client: never; asked: string[] } {
  const asked: string[] = [];
  const client = {
    async send(command: { constructor: { name: string }; input: object }) {
      const name = command.constructor.name.replace(/Command$/, '');
      asked.push(name);
      const answer = answers[name] ?? {};
      const next = Array.isArray(answer) ? (answer.shift() ?? {}) : answer;
      if (next instanceof Error) throw next;
      return next;
    },
  };
  return { client: client as never, asked };
}

const error = (name: string) => Object.assign(new Error(name), { name });

it('removes node groups, and Fargate profiles one at a time, once EKS says that they are in the way', async () => {
  const { client, asked } = answering({
    DeleteCluster: error('ResourceInUseException'),
    ListNodegroups: { nodegroups: ['a', 'b'] },
    ListFargateProfiles: { fargateProfileNames: ['x', 'y'] },
  });
  await removeCluster(client, 'shop', {});
  expect(asked.filter((name) => name.startsWith('Delete'))).toEqual([
    'DeleteCluster',
    'DeleteNodegroup',
    'DeleteNodegroup',
    'DeleteFargateProfile',
  ]);
});

it('goes past a node group that is being changed or deleted: the next scan asks again', async () => {
  const { client, asked } = answering({
    DeleteCluster: error('ResourceInUseException'),
    ListNodegroups: { nodegroups: ['updating', 'b'] },
    DeleteNodegroup: [error('ResourceInUseException'), {}],
    ListFargateProfiles: {},
  });
  await removeCluster(client, 'shop', {});
  expect(asked.filter((name) => name === 'DeleteNodegroup')).toHaveLength(2);
});

it('says why a node group stays that may not be deleted', async () => {
  const { client } = answering({
    DeleteCluster: error('ResourceInUseException'),
    ListNodegroups: { nodegroups: ['a'] },
    DeleteNodegroup: error('AccessDeniedException'),
  });
  await expect(removeCluster(client, 'shop', {})).rejects.toMatchObject({ name: 'AccessDeniedException' });
});

it('says why a cluster stays when nothing known is in the way', async () => {
  const { client } = answering({ DeleteCluster: error('ResourceInUseException') });
  await expect(removeCluster(client, 'shop', {})).rejects.toMatchObject({ name: 'ResourceInUseException' });
});

it('removes the password of a user, once IAM says that something is in the way', async () => {
  const { client, asked } = answering({ DeleteUser: [error('DeleteConflict'), {}] });
  await removeUser(client, { UserName: 'deployer', GroupList: ['admins'] });
  expect(asked).toEqual(['ListAccessKeys', 'RemoveUserFromGroup', 'DeleteUser', 'DeleteLoginProfile', 'DeleteUser']);
});

it('finds instances by their interfaces, and what no sweeper knows by AWS’s description', async () => {
  const { client, asked } = answering({
    DescribeNetworkInterfaces: {
      NetworkInterfaces: [
        { NetworkInterfaceId: 'eni-1', Status: 'in-use', Attachment: { InstanceId: 'i-1' } },
        { NetworkInterfaceId: 'eni-2', Status: 'in-use', Attachment: { InstanceId: 'i-1' } },
        { NetworkInterfaceId: 'eni-3', Status: 'in-use', RequesterManaged: true, Description: 'ELB app/shop/1' },
        { NetworkInterfaceId: 'eni-4', Status: 'available' },
      ],
    },
  });
  const found = await interfaces(client);
  expect(found.map(({ kind, name, keptBy }) => [kind, name, keptBy])).toEqual([
    ['instance', 'i-1', undefined],
    ['network interface', 'eni-3', 'belongs to ELB app/shop/1'],
    ['network interface', 'eni-4', undefined],
  ]);
  for (const { remove } of found) await remove?.();
  expect(asked.slice(1)).toEqual(['TerminateInstances', 'DeleteNetworkInterface']);
});
