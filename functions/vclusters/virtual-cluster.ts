import { vclusterObjectNames } from '../../tenancy/vcluster/names.ts';
import type { KubernetesObject } from '../../tenancy/workspace/kubernetes-object.ts';
import { type Kubernetes, kubernetesClient } from '../kubernetes/client.ts';
import { type ClusterAddress, connectTo } from '../kubernetes/connection.ts';
import { isError } from '../kubernetes/errors.ts';

export interface VclusterPlace {
  readonly name: string;
  readonly namespace: string;
}

/** A virtual cluster that answers, or what it still lacks, in words. */
export type VirtualCluster =
  | { readonly ready: true; readonly address: ClusterAddress; readonly administrator: Kubernetes }
  | { readonly ready: false; readonly lacks: string };

/** Makes a client of a virtual API out of an address with a client certificate. */
export type Connect = (address: ClusterAddress) => Kubernetes;

/** The real one. */
export const connectWithCertificate: Connect = (address) => kubernetesClient(connectTo(address), async () => ({}));

/**
 * Looks for the virtual API: the control plane's pod ready, an address of its load balancer, the secret with the administrator's
 * certificate, and an answer to a request with that. The certificate is renewed by vcluster within its last 90 days, so
 * it is read anew each time.
 */
export async function findVirtualCluster(
  host: Kubernetes,
  { name, namespace }: VclusterPlace,
  connect: Connect = connectWithCertificate,
): Promise<VirtualCluster> {
  const names = vclusterObjectNames(name);
  const [set, service, secret] = await Promise.all([
    host.get({ apiVersion: 'apps/v1', kind: 'StatefulSet', name, namespace }),
    host.get({ apiVersion: 'v1', kind: 'Service', name, namespace }),
    host.get({ apiVersion: 'v1', kind: 'Secret', name: names.kubeconfig, namespace }),
  ]);
  if (!isReady(set)) return lacks(`StatefulSet ${name} is not ready: ${await podState(host, { name, namespace })}`);
  const server = serverOf(service);
  if (server === undefined) return lacks(`the load balancer of Service ${name} has no address yet`);
  const address = secret === undefined ? undefined : addressFrom(server, secret);
  if (address === undefined) return lacks(`Secret ${names.kubeconfig} is not complete yet`);
  const administrator = connect(address);
  const problem = await problemOf(administrator);
  return problem === undefined ? { ready: true, address, administrator } : lacks(problem);
}

function lacks(what: string): VirtualCluster {
  return { ready: false, lacks: what };
}

/** The controller has seen the newest specification, and its pod is ready. */
function isReady(set: KubernetesObject | undefined): boolean {
  const status = set?.status as
    | { observedGeneration?: number; readyReplicas?: number; updatedReplicas?: number }
    | undefined;
  return (
    status?.observedGeneration === set?.metadata.generation &&
    (status?.readyReplicas ?? 0) > 0 &&
    (status?.updatedReplicas ?? 1) > 0
  );
}

/**
 * `https://host:port` of the load balancer. The port is the Service's, unless the load balancer says that it listens elsewhere.
 * https://kubernetes.io/docs/reference/kubernetes-api/service-resources/service-v1/#ServiceStatus
 */
function serverOf(service: KubernetesObject | undefined): string | undefined {
  const status = service?.status as
    | { loadBalancer?: { ingress?: { hostname?: string; ip?: string; ports?: { port: number }[] }[] } }
    | undefined;
  const [ingress] = status?.loadBalancer?.ingress ?? [];
  const host = ingress?.hostname ?? ingress?.ip;
  if (host === undefined) return undefined;
  return `https://${host.includes(':') ? `[${host}]` : host}:${ingress?.ports?.[0]?.port ?? 443}`;
}

function addressFrom(server: string, secret: KubernetesObject): ClusterAddress | undefined {
  const data = (secret.data ?? {}) as Record<string, string | undefined>;
  const text = (key: string) => (data[key] === undefined ? undefined : Buffer.from(data[key], 'base64').toString());
  const certificateAuthority = text('certificate-authority');
  const clientCertificate = text('client-certificate');
  const clientKey = text('client-key');
  if (certificateAuthority === undefined || clientCertificate === undefined || clientKey === undefined)
    return undefined;
  return { server, certificateAuthority, clientCertificate, clientKey };
}

/** Undefined if an authenticated request is answered. A serving certificate that does not name the address yet counts as not. */
async function problemOf(administrator: Kubernetes): Promise<string | undefined> {
  try {
    const { status } = await administrator.request({
      method: 'GET',
      path: '/api/v1/namespaces/default/serviceaccounts/default',
    });
    return status === 200 ? undefined : `the virtual API answers HTTP ${status}`;
  } catch (error) {
    if (!isError(error, 'ClusterUnreachable')) throw error;
    return `the virtual API does not answer: ${error.message}`;
  }
}

/** Why the pod is not ready, as the kubelet and the scheduler say it. */
async function podState(host: Kubernetes, { name, namespace }: VclusterPlace): Promise<string> {
  const [pod] = await host.list({ apiVersion: 'v1', kind: 'Pod' }, { namespace, labelSelector: `release=${name}` });
  if (pod === undefined) return 'there is no pod yet';
  const status = (pod.status ?? {}) as PodStatus;
  const waiting = [...(status.initContainerStatuses ?? []), ...(status.containerStatuses ?? [])].flatMap(
    ({ name: container, state, restartCount = 0 }) =>
      state?.waiting === undefined
        ? []
        : [
            `${container}: ${state.waiting.reason ?? 'waiting'} ${state.waiting.message ?? ''} (${restartCount} restarts)`,
          ],
  );
  const unmet = (status.conditions ?? []).filter((each) => each.status === 'False' && each.message !== undefined);
  const reasons = [...waiting, ...unmet.map((each) => `${each.type}: ${each.message}`)];
  return `pod ${pod.metadata.name} is ${status.phase ?? 'new'}${reasons.length === 0 ? '' : `; ${reasons.join('; ')}`}`;
}

interface ContainerStatus {
  readonly name: string;
  readonly restartCount?: number;
  readonly state?: { readonly waiting?: { readonly reason?: string; readonly message?: string } };
}

interface PodStatus {
  readonly phase?: string;
  readonly conditions?: readonly { readonly type: string; readonly status: string; readonly message?: string }[];
  readonly containerStatuses?: readonly ContainerStatus[];
  readonly initContainerStatuses?: readonly ContainerStatus[];
}
