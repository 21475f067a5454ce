import {
  type Cluster,
  DeleteAddonCommand,
  DeleteClusterCommand,
  DeleteFargateProfileCommand,
  DeleteNodegroupCommand,
  DeletePodIdentityAssociationCommand,
  DescribeClusterCommand,
  EKSClient,
  ListAddonsCommand,
  ListClustersCommand,
  ListFargateProfilesCommand,
  ListNodegroupsCommand,
  ListPodIdentityAssociationsCommand,
  UpdateClusterConfigCommand,
} from '@aws-sdk/client-eks';
import { everyPage, isError, type Leftover, orGone, type Sweeper } from './sweeper.ts';

const GONE = 'ResourceNotFoundException';

type Client = Pick<EKSClient, 'send'>;

/**
 * Clusters. In AWS's order: deletion protection off, pod identities and add-ons (with the VPC CNI's interfaces),
 * the cluster; access entries go with it. Node groups and Fargate profiles only when EKS says that they are in the way.
 * https://docs.aws.amazon.com/eks/latest/userguide/delete-cluster.html
 */
export const eksSweeper: Sweeper = {
  service: 'eks',
  async list(options) {
    const client = new EKSClient(options);
    const names = await everyPage(
      (nextToken) => client.send(new ListClustersCommand({ nextToken, include: ['all'] })),
      ({ clusters }) => clusters,
      ({ nextToken }) => nextToken,
    );
    const found = await Promise.all(names.map((name) => leftover(client, name)));
    return found.flat();
  },
};

async function leftover(client: Client, name: string): Promise<Leftover[]> {
  const found = { kind: 'EKS cluster', name };
  try {
    const { cluster } = await client.send(new DescribeClusterCommand({ name }));
    // One that changes takes no other request; EKS would refuse it until the change is done.
    if (cluster?.status !== 'ACTIVE' && cluster?.status !== 'FAILED') return [{ ...found, going: true }];
    return [{ ...found, remove: () => orGone(removeCluster(client, name, cluster), GONE) }];
  } catch (error) {
    if (isError(error, GONE)) return [];
    throw error;
  }
}

/** One step further on the way to a cluster that is gone; the next scan takes the next. */
export async function removeCluster(client: Client, clusterName: string, cluster: Cluster): Promise<void> {
  if (cluster.deletionProtection) {
    await client.send(new UpdateClusterConfigCommand({ name: clusterName, deletionProtection: false }));
    return;
  }
  await removePodIdentities(client, clusterName);
  if (await removeAddons(client, clusterName)) return;
  try {
    await client.send(new DeleteClusterCommand({ name: clusterName }));
  } catch (error) {
    if (!isError(error, 'ResourceInUseException')) throw error;
    if (!(await removeNodes(client, clusterName))) throw error;
  }
}

async function removePodIdentities(client: Client, clusterName: string): Promise<void> {
  const associations = await everyPage(
    (nextToken) => client.send(new ListPodIdentityAssociationsCommand({ clusterName, nextToken })),
    (page) => page.associations,
    ({ nextToken }) => nextToken,
  );
  for (const { associationId } of associations)
    await orGone(client.send(new DeletePodIdentityAssociationCommand({ clusterName, associationId })), GONE);
}

/** Whether there are add-ons, which take their time to go. */
async function removeAddons(client: Client, clusterName: string): Promise<boolean> {
  const addons = await everyPage(
    (nextToken) => client.send(new ListAddonsCommand({ clusterName, nextToken })),
    (page) => page.addons,
    ({ nextToken }) => nextToken,
  );
  for (const addonName of addons)
    await orGone(client.send(new DeleteAddonCommand({ clusterName, addonName })), GONE, 'ResourceInUseException');
  return addons.length > 0;
}

/** Whether node groups or Fargate profiles were in the way; profiles go one at a time, and what changes or goes already is asked for again by the next scan. */
async function removeNodes(client: Client, clusterName: string): Promise<boolean> {
  const { nodegroups = [] } = await client.send(new ListNodegroupsCommand({ clusterName }));
  for (const nodegroupName of nodegroups)
    await orGone(
      client.send(new DeleteNodegroupCommand({ clusterName, nodegroupName })),
      GONE,
      'ResourceInUseException',
    );
  const { fargateProfileNames: [first] = [] } = await client.send(new ListFargateProfilesCommand({ clusterName }));
  if (first)
    await orGone(
      client.send(new DeleteFargateProfileCommand({ clusterName, fargateProfileName: first })),
      GONE,
      'ResourceInUseException',
    );
  return nodegroups.length > 0 || first !== undefined;
}
