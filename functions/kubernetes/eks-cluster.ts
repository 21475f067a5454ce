import type { AwsCredentialIdentity, AwsCredentialIdentityProvider } from '@smithy/types';
import { type Headers, type Kubernetes, kubernetesClient } from './client.ts';
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

export interface EksClientOptions {
  /** Whom the cluster takes the credentials for; a refusal names it. */
  readonly who?: string;
  readonly now?: () => number;
}

/**
 * A client for an EKS cluster, as whoever the credentials belong to. Connections are shared by all clients of a cluster
 * in this process; the token is this client's own. A token that the cluster does not take any more is renewed once. Make a client
 * per invocation: API servers remember a token that they refused for minutes, so a new try needs a new one.
 */
export function eksClient(
  cluster: EksCluster,
  credentials: AwsCredentialIdentity | AwsCredentialIdentityProvider,
  { who, now = Date.now }: EksClientOptions = {},
): Kubernetes {
  const certificateAuthority = Buffer.from(cluster.certificateAuthorityData, 'base64').toString();
  let token: { readonly headers: Promise<Headers>; readonly until: number } | undefined;
  const renew = async () => {
    const identity = typeof credentials === 'function' ? await credentials() : credentials;
    const { name: clusterName, region } = cluster;
    const value = await eksToken({ clusterName, region, credentials: identity, now: new Date(now()) });
    return { authorization: `Bearer ${value}` };
  };
  const replaced = new WeakSet<Headers>();
  const identity = async (refused?: Headers) => {
    // Of many requests that are refused at once, the first has the token renewed.
    const isNews = refused !== undefined && !replaced.has(refused);
    if (isNews) replaced.add(refused);
    if (token === undefined || token.until <= now() || isNews) token = { headers: renew(), until: now() + tokenLife };
    return token.headers;
  };
  return kubernetesClient(connectTo({ server: cluster.endpoint, certificateAuthority }), identity, who);
}
