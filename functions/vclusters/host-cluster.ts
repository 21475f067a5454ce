import { DescribeClusterCommand } from '@aws-sdk/client-eks';
import { CatalogueError } from '../../tenancy/errors.ts';
import type { HostFacts } from '../../tenancy/vcluster/facts.ts';
import type { KubernetesObject } from '../../tenancy/workspace/kubernetes-object.ts';
import { type Kubernetes, kubernetesClient } from '../kubernetes/client.ts';
import { connectTo } from '../kubernetes/connection.ts';
import { eksIn } from '../kubernetes/eks-account.ts';

/** What DescribeCluster tells about the cluster that a virtual one runs in. */
export interface HostCluster {
  readonly endpoint: string;
  /** PEM. */
  readonly certificateAuthority: string;
  readonly serviceCidr: string;
}

/**
 * Asks EKS.
 * @throws what DescribeCluster throws, such as `ResourceNotFoundException`; StillCreating while there is no endpoint.
 */
export async function describeHost(name: string, accountId?: string): Promise<HostCluster> {
  const { cluster } = await eksIn(accountId).send(new DescribeClusterCommand({ name }));
  const { endpoint, certificateAuthority, kubernetesNetworkConfig, status } = cluster ?? {};
  const serviceCidr = kubernetesNetworkConfig?.serviceIpv4Cidr ?? kubernetesNetworkConfig?.serviceIpv6Cidr;
  if (endpoint === undefined || certificateAuthority?.data === undefined || serviceCidr === undefined) {
    throw new CatalogueError('StillCreating', `The cluster ${name} is ${status} and has no endpoint yet.`);
  }
  return { endpoint, certificateAuthority: Buffer.from(certificateAuthority.data, 'base64').toString(), serviceCidr };
}

/** A client of the host with a bearer token instead of an IAM identity. */
export function tokenClient(
  { endpoint, certificateAuthority }: Omit<HostCluster, 'serviceCidr'>,
  token: string,
): Kubernetes {
  return kubernetesClient(connectTo({ server: endpoint, certificateAuthority }), async () => ({
    authorization: `Bearer ${token}`,
  }));
}

/**
 * Where the host's API server is for pods: the address of its Service, and of the endpoints behind it, since some network
 * plugins judge a connection before and some after the Service's address is replaced. On EKS the endpoints move when the
 * control plane is updated; the Service's address stays.
 * @throws StillCreating while the API server has not published itself.
 */
export async function hostFacts(kubernetes: Kubernetes, serviceCidr: string): Promise<HostFacts> {
  const at = { name: 'kubernetes', namespace: 'default' };
  const [service, slice] = await Promise.all([
    kubernetes.get({ apiVersion: 'v1', kind: 'Service', ...at }),
    kubernetes.get({ apiVersion: 'discovery.k8s.io/v1', kind: 'EndpointSlice', ...at }),
  ]);
  if (service === undefined) {
    throw new CatalogueError('StillCreating', 'The API server has not published Service default/kubernetes yet.');
  }
  const { clusterIPs, ports } = service.spec as { clusterIPs: string[]; ports: { port: number }[] };
  // An API server that listens on loopback alone publishes no endpoints.
  const { addresses, ports: behind } = slice === undefined ? { addresses: [], ports: [] } : published(slice);
  return {
    serviceCidr,
    apiServer: [...new Set([...clusterIPs, ...addresses])].map(asRange),
    apiServerPorts: [...new Set([...ports.map(({ port }) => port), ...behind])],
  };
}

function published(slice: KubernetesObject): { addresses: string[]; ports: number[] } {
  const { endpoints, ports } = slice as unknown as {
    endpoints: { addresses: string[] }[] | null;
    ports: { port: number }[];
  };
  return {
    addresses: (endpoints ?? []).flatMap((endpoint) => endpoint.addresses).sort(),
    ports: ports.map(({ port }) => port),
  };
}

function asRange(address: string): string {
  return address.includes(':') ? `${address}/128` : `${address}/32`;
}
