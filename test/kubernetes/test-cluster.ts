import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Kubernetes, kubernetesClient } from '../../functions/kubernetes/client.ts';
import { closeConnections, connectTo } from '../../functions/kubernetes/connection.ts';
import type { KubeAssets } from '../../local/kube/assets.ts';
import { ensureControlPlaneBinary } from '../../local/kube/build.ts';
import { type CertificateRequest, issueCertificate, type KeyedCertificate } from '../../local/kube/certificates.ts';
import { createControlPlanes } from '../../local/kube/control-planes.ts';

/** A real control plane for the tests of one file. Everybody comes with a client certificate: no AWS is needed. */
export interface TestCluster {
  /** In `system:masters`. */
  readonly administrator: Kubernetes;
  /** For clients that come with a token. */
  readonly address: { readonly server: string; readonly certificateAuthority: string };
  client(user: string, groups: readonly string[]): Kubernetes;
  /** A certificate of the cluster's authority. */
  issue(request: CertificateRequest): KeyedCertificate;
  stop(): Promise<void>;
}

const clusterId = 'test';

/** Starts it in a folder of its own; the binary is built first if it is not cached. `flags` are more of the API server's. */
export async function startTestCluster(flags: readonly string[] = []): Promise<TestCluster> {
  const built = await ensureControlPlaneBinary((line) => process.stderr.write(`${line}\n`));
  const assets = flags.length === 0 ? built : withFlags(built, flags);
  const folder = mkdtempSync(join(tmpdir(), 'tenantry-kubernetes-'));
  const webhook = await startWebhook();
  const webhookUrl = `http://127.0.0.1:${(webhook.address() as AddressInfo).port}/`;
  const planes = createControlPlanes({ folder, assets });
  const { endpoint } = await planes.ensureRunning(clusterId, {
    tokenWebhookUrl: webhookUrl,
    authorizationWebhookUrl: webhookUrl,
  });
  const read = (name: string) => readFileSync(join(folder, 'clusters', clusterId, name), 'utf8');
  const authority = { certificate: read('ca.crt'), key: read('ca.key'), commonName: 'kubernetes' };
  const address = { server: endpoint, certificateAuthority: authority.certificate };
  const client = (user: string, groups: readonly string[]) => {
    const [organization] = groups;
    const { certificate, key } = issueCertificate(authority, { commonName: user, organization, usage: ['client'] });
    return kubernetesClient(
      connectTo({ ...address, clientCertificate: certificate, clientKey: key }),
      async () => ({}),
    );
  };
  return {
    administrator: client('administrator', ['system:masters']),
    address,
    client,
    issue: (request) => issueCertificate(authority, request),
    async stop() {
      closeConnections();
      await planes.stopAll();
      webhook.closeAllConnections();
      webhook.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** The API server's flags come first on the command line of the combined program. */
function withFlags(assets: KubeAssets, flags: readonly string[]): KubeAssets {
  const { controlPlane } = assets;
  if (controlPlane.kind === 'combined') {
    return { ...assets, controlPlane: { ...controlPlane, command: [...controlPlane.command, ...flags] } };
  }
  return { ...assets, controlPlane: { ...controlPlane, apiserver: [...controlPlane.apiserver, ...flags] } };
}

/** Knows no token and has no opinion about any right: certificates and RBAC decide. */
async function startWebhook(): Promise<Server> {
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const review = JSON.parse(Buffer.concat(chunks).toString()) as Record<string, unknown>;
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify({ ...review, status: { authenticated: false, allowed: false } }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return server;
}
