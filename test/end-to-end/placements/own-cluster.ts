import { DescribeClusterCommand, EKSClient, ListPodIdentityAssociationsCommand } from '@aws-sdk/client-eks';
import { AssumeRoleCommand } from '@aws-sdk/client-sts';
import { expect, it } from 'vitest';
import { tenantExternalId } from '../../../tenancy/names.ts';
import { type Clients, REGION } from '../support/clients.ts';

/** EKS as the tenant, in the account it lives in. */
async function eksOfTenant(clients: Clients, tenant: string, roleArn: string): Promise<EKSClient> {
  const { Credentials } = await clients.sts.send(
    new AssumeRoleCommand({
      RoleArn: roleArn,
      RoleSessionName: 'end-to-end',
      ExternalId: tenantExternalId(tenant),
    }),
  );
  const credentials = {
    accessKeyId: Credentials?.AccessKeyId ?? '',
    secretAccessKey: Credentials?.SecretAccessKey ?? '',
    sessionToken: Credentials?.SessionToken ?? '',
  };
  return new EKSClient({ endpoint: clients.endpoint, region: REGION, credentials });
}

/** What a tenant may know of its own cluster from AWS, and of the others in the same account. */
export function testOwnCluster(clients: Clients, tenant: string, roleArn: () => Promise<string>): void {
  it('may look at its cluster, which is protected, and at nothing around it', async () => {
    const name = `tenantry-tenant-${tenant}`;
    const eks = await eksOfTenant(clients, tenant, await roleArn());
    const { cluster } = await eks.send(new DescribeClusterCommand({ name }));
    expect(cluster).toMatchObject({ status: 'ACTIVE', deletionProtection: true, tags: { 'tenantry:tenant': tenant } });
    for (const command of [
      new ListPodIdentityAssociationsCommand({ clusterName: name }),
      new DescribeClusterCommand({ name: 'shared-1' }),
    ])
      await expect(eks.send(command as DescribeClusterCommand)).rejects.toMatchObject({
        name: 'AccessDeniedException',
      });
  });
}
