import { spawn } from 'node:child_process';
import { KubeConfig } from '@kubernetes/client-node';
import { type Kubernetes, kubernetesClient } from '../../functions/kubernetes/client.ts';
import { connectTo } from '../../functions/kubernetes/connection.ts';
import { collectionPath } from '../../functions/kubernetes/resources.ts';
import type { KubernetesObject } from '../../tenancy/workspace/kubernetes-object.ts';
import { namespaceObjects } from '../../tenancy/workspace/namespace-objects.ts';
import { basicNumbers } from '../../tenancy/workspace/numbers.ts';

/** The very objects that the workspace step writes for a tenant. */
export function objectsOf(tenantId: string): KubernetesObject[] {
  return namespaceObjects({ tenantId, tier: 'basic', generation: 1 }, basicNumbers);
}

/** A client with the certificate of the kubeconfig, without any of the product's own logic around it. */
export function bareClient(kubeconfig: string): Kubernetes {
  const config = new KubeConfig();
  config.loadFromFile(kubeconfig);
  const cluster = config.getCurrentCluster();
  const user = config.getCurrentUser();
  const pem = (base64: string | undefined) => Buffer.from(base64 ?? '', 'base64').toString();
  const address = {
    server: cluster?.server ?? '',
    certificateAuthority: pem(cluster?.caData),
    clientCertificate: pem(user?.certData),
    clientKey: pem(user?.keyData),
  };
  return kubernetesClient(connectTo(address), async () => ({}));
}

/** Creates the namespace, then everything in it at once. Milliseconds. */
export async function bareWrites(client: Kubernetes, tenantId: string): Promise<number> {
  const [namespace, ...contents] = objectsOf(tenantId);
  const begun = performance.now();
  if (namespace) await create(client, namespace);
  await Promise.all(contents.map((object) => create(client, object)));
  return performance.now() - begun;
}

async function create(client: Kubernetes, object: KubernetesObject): Promise<void> {
  const answer = await client.request({
    method: 'POST',
    path: collectionPath(object, object.metadata.namespace),
    body: object,
  });
  // The default service account comes by itself, so creating it may be late.
  if (answer.status >= 300 && answer.status !== 409)
    throw new Error(`${object.kind} ${object.metadata.name}: ${answer.status} ${JSON.stringify(answer.body)}`);
}

/** `kubectl apply` of the same objects in one file. Milliseconds; `undefined` when there is no kubectl on the PATH. */
export function kubectlApply(kubeconfig: string, tenantId: string, serverSide: boolean): Promise<number | undefined> {
  const list = { apiVersion: 'v1', kind: 'List', items: objectsOf(tenantId) };
  const begun = performance.now();
  const child = spawn(
    'kubectl',
    ['--kubeconfig', kubeconfig, 'apply', ...(serverSide ? ['--server-side', '--force-conflicts'] : []), '-f', '-'],
    { stdio: ['pipe', 'ignore', 'pipe'] },
  );
  let complaint = '';
  child.stderr.on('data', (chunk: Buffer) => {
    complaint += chunk.toString();
  });
  child.stdin.end(JSON.stringify(list));
  return new Promise((resolve, reject) => {
    child.once('error', (error: NodeJS.ErrnoException) =>
      error.code === 'ENOENT' ? resolve(undefined) : reject(error),
    );
    child.once('exit', (code) =>
      code === 0 ? resolve(performance.now() - begun) : reject(new Error(`kubectl apply: ${complaint}`)),
    );
  });
}
