import type { AwsCredentialIdentity, AwsCredentialIdentityProvider } from '@smithy/types';
import { type Kubernetes, kubernetesClient } from './client.ts';
import { connectTo } from './connection.ts';
import { eksToken } from './eks-token.ts';

/** What DescribeCluster tells about a cluster. */
export interface EksCluster {
  readonly name: string;
  readonly region: string;
  readonly endpoint: string;
  /** `certificateAuthority.data`: base64 of the PEM. */
  readonly certificateAuthorityData: string;
}

/** Renewed well before the 15 minutes are over, so that no token expires in the middle of a step. */
const tokenLife = 10 * 60_000;

/**
 * A client for an EKS cluster, as whoever the credentials belong to. Connections are shared by all clients of a cluster
 * in this process; the token is this client's own. Make one per invocation: API servers remember a token that they refused
 * for minutes, so a new try needs a new one.
 */
export function eksClient(
  cluster: EksCluster,
  credentials: AwsCredentialIdentity | AwsCredentialIdentityProvider,
  now: () => number = Date.now,
): Kubernetes {
  const certificateAuthority = Buffer.from(cluster.certificateAuthorityData, 'base64').toString();
  let token: { readonly value: Promise<string>; readonly until: number } | undefined;
  const renew = async () => {
    const identity = typeof credentials === 'function' ? await credentials() : credentials;
    return eksToken({ clusterName: cluster.name, region: cluster.region, credentials: identity, now: new Date(now()) });
  };
  return kubernetesClient(connectTo({ server: cluster.endpoint, certificateAuthority }), async () => {
    if (token === undefined || token.until <= now()) token = { value: renew(), until: now() + tokenLife };
    return { authorization: `Bearer ${await token.value}` };
  });
}
