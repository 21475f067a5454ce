import {
  CreatePodIdentityAssociationCommand,
  DeletePodIdentityAssociationCommand,
  DescribePodIdentityAssociationCommand,
  ListPodIdentityAssociationsCommand,
} from '@aws-sdk/client-eks';
import { CatalogueError } from '../../tenancy/errors.ts';
import { type Placed, placementId, tenantTag, tenantTags } from '../../tenancy/names.ts';
import type { Eks } from '../kubernetes/eks-account.ts';

/** Which pods get the tenant's role: those of one service account. */
export interface PodIdentity extends Placed {
  clusterName: string;
  namespace: string;
  serviceAccount: string;
  tier: string;
  /** Role in the cluster's account. */
  roleArn: string;
  /** The tenant's role, where it is in another account: the first role assumes it. */
  targetRoleArn?: string | undefined;
}

/**
 * Ensures the association. Throws `ResourceNotOwned` for one that is somebody else's.
 * https://docs.aws.amazon.com/eks/latest/userguide/pod-id-assign-target-role.html
 */
export async function ensurePodIdentity(eks: Eks, identity: PodIdentity): Promise<string> {
  const { clusterName, namespace, serviceAccount, tenantId, tier, roleArn, targetRoleArn } = identity;
  const existing = await findAssociation(eks, identity);
  if (existing) return existing;
  const { association } = await eks.send(
    new CreatePodIdentityAssociationCommand({
      clusterName,
      namespace,
      serviceAccount,
      roleArn,
      ...(targetRoleArn && { targetRoleArn }),
      clientRequestToken: `${placementId(identity)}-${serviceAccount}`,
      tags: tenantTags(tenantId, tier),
    }),
  );
  return association?.associationId ?? '';
}

/** Ensures that the tenant has no association in the namespace. */
export async function releasePodIdentities(
  eks: Eks,
  request: { clusterName: string; namespace: string; tenantId: string },
): Promise<void> {
  const { clusterName, namespace } = request;
  const { associations = [] } = await eks.send(new ListPodIdentityAssociationsCommand({ clusterName, namespace }));
  for (const { associationId, serviceAccount = '' } of associations) {
    await expectOwned(eks, { ...request, serviceAccount }, associationId ?? '');
    await eks.send(new DeletePodIdentityAssociationCommand({ clusterName, associationId }));
  }
}

type Wanted = Pick<PodIdentity, 'clusterName' | 'namespace' | 'serviceAccount' | 'tenantId'>;

async function findAssociation(eks: Eks, wanted: Wanted): Promise<string | undefined> {
  const { clusterName, namespace, serviceAccount } = wanted;
  const { associations = [] } = await eks.send(
    new ListPodIdentityAssociationsCommand({ clusterName, namespace, serviceAccount }),
  );
  const id = associations[0]?.associationId;
  if (id) await expectOwned(eks, wanted, id);
  return id;
}

async function expectOwned(eks: Eks, wanted: Wanted, associationId: string): Promise<void> {
  const { association } = await eks.send(
    new DescribePodIdentityAssociationCommand({ clusterName: wanted.clusterName, associationId }),
  );
  if (association?.tags?.[tenantTag] === wanted.tenantId) return;
  throw new CatalogueError(
    'ResourceNotOwned',
    `The Pod Identity association of ${wanted.namespace}/${wanted.serviceAccount} in ${wanted.clusterName} is not tagged ${tenantTag}=${wanted.tenantId}.`,
  );
}
