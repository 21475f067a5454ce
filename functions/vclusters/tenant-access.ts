import { z } from 'zod';
import { CatalogueError } from '../../tenancy/errors.ts';
import { vclusterPlace } from '../../tenancy/vcluster/facts.ts';
import { tenantAccount, virtualSystemNamespace } from '../../tenancy/vcluster/virtual-access.ts';
import { tenantClusterRole } from '../../tenancy/workspace/cluster-roles.ts';
import { type Kubernetes, kubernetesClient } from '../kubernetes/client.ts';
import { platformClient } from '../kubernetes/cluster-clients.ts';
import { type ClusterAddress, connectTo } from '../kubernetes/connection.ts';
import { kubernetesError, type Status } from '../kubernetes/errors.ts';
import { placedStepInput, step } from '../runtime/step.ts';
import { findVirtualCluster } from './virtual-cluster.ts';

export interface TenantToken {
  readonly token: string;
  /** RFC 3339. */
  readonly expires: string;
}

/**
 * A token of the tenant's account inside its virtual cluster. It expires by itself and ends at once with its account, and the platform
 * keeps no copy; a client certificate could not be taken back before it expires, and the kubeconfig that vcluster exports is
 * the administrator's. https://kubernetes.io/docs/reference/access-authn-authz/service-accounts-admin/#bound-service-account-tokens
 * @throws the errors of the virtual API.
 */
export async function tenantToken(administrator: Kubernetes, expirationSeconds: number): Promise<TenantToken> {
  const path = `/api/v1/namespaces/${virtualSystemNamespace}/serviceaccounts/${tenantAccount}/token`;
  return requestToken(administrator, path, expirationSeconds);
}

/** Asks for a token of the service account at the path. Never log it. */
export async function requestToken(
  kubernetes: Kubernetes,
  path: string,
  expirationSeconds: number,
): Promise<TenantToken> {
  const body = { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', spec: { expirationSeconds } };
  const answer = await kubernetes.request({ method: 'POST', path, body });
  if (answer.status !== 201) throw kubernetesError(`POST ${path}`, answer.status, answer.body as Status);
  const { status } = answer.body as { status: { token: string; expirationTimestamp: string } };
  return { token: status.token, expires: status.expirationTimestamp };
}

/** The virtual cluster as the tenant. */
export function tenantOf({ server, certificateAuthority }: ClusterAddress, { token }: TenantToken): Kubernetes {
  return kubernetesClient(connectTo({ server, certificateAuthority }), async () => ({
    authorization: `Bearer ${token}`,
  }));
}

/**
 * Takes the tenant's access away, running sessions included: its tokens are bound to the account. What the tenant gave to
 * accounts of its own stays until the control plane is stopped.
 */
export async function revokeTenantAccess(administrator: Kubernetes): Promise<void> {
  const apiVersion = 'rbac.authorization.k8s.io/v1';
  await administrator.delete({ apiVersion, kind: 'ClusterRoleBinding', name: tenantClusterRole('admin') });
  const account = { name: tenantAccount, namespace: virtualSystemNamespace };
  await administrator.delete({ apiVersion: 'v1', kind: 'ServiceAccount', ...account });
}

/** A kubeconfig with the tenant's token; JSON, which is YAML. https://kubernetes.io/docs/concepts/configuration/organize-cluster-access-kubeconfig/ */
export function tenantKubeconfig(
  tenantId: string,
  { server, certificateAuthority }: ClusterAddress,
  { token }: TenantToken,
): string {
  const certificate = Buffer.from(certificateAuthority).toString('base64');
  return JSON.stringify(
    {
      apiVersion: 'v1',
      kind: 'Config',
      clusters: [{ name: tenantId, cluster: { server, 'certificate-authority-data': certificate } }],
      users: [{ name: tenantId, user: { token } }],
      contexts: [{ name: tenantId, context: { cluster: tenantId, user: tenantId, namespace: 'default' } }],
      'current-context': tenantId,
    },
    undefined,
    2,
  );
}

/** Not a step of a workflow: invoked for `tenantry kubeconfig`. Whoever may invoke it acts as the tenant for an hour. */
export const handler = step({
  name: 'issue-vcluster-access',
  input: placedStepInput
    .partial({ operationId: true, executionArn: true })
    .extend({ cluster: z.object({ name: z.string(), accountId: z.string() }) }),
  output: z.object({ kubeconfig: z.string(), expires: z.string() }),
  async run({ tenantId, generation, cluster }) {
    const host = await platformClient(cluster.name, cluster.accountId);
    const virtual = await findVirtualCluster(host, vclusterPlace({ tenantId, generation }));
    if (!virtual.ready) throw new CatalogueError('StillCreating', `No access yet: ${virtual.lacks}.`);
    const token = await tenantToken(virtual.administrator, 3_600);
    return { kubeconfig: tenantKubeconfig(tenantId, virtual.address, token), expires: token.expires };
  },
});
