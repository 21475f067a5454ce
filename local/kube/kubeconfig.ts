import type { KeyedCertificate } from './certificates.ts';

/** A kubeconfig (JSON is YAML) that authenticates with a client certificate. */
export function certificateKubeconfig(server: string, authority: string, client: KeyedCertificate): string {
  return kubeconfig(
    { server, 'certificate-authority-data': base64(authority) },
    { 'client-certificate-data': base64(client.certificate), 'client-key-data': base64(client.key) },
  );
}

/** A kubeconfig that authenticates with a bearer token. The CA is base64 of its PEM. */
export function tokenKubeconfig(server: string, certificateAuthorityData: string, token: string): string {
  return kubeconfig({ server, 'certificate-authority-data': certificateAuthorityData }, { token });
}

/** How an API server calls a webhook of ours: plain HTTP on loopback, nothing secret is sent but the token to be reviewed. */
export function webhookKubeconfig(url: string): string {
  return kubeconfig({ server: url }, {});
}

function kubeconfig(cluster: Record<string, string>, user: Record<string, string>): string {
  return JSON.stringify(
    {
      apiVersion: 'v1',
      kind: 'Config',
      clusters: [{ name: 'cluster', cluster }],
      users: [{ name: 'user', user }],
      contexts: [{ name: 'context', context: { cluster: 'cluster', user: 'user' } }],
      'current-context': 'context',
    },
    undefined,
    2,
  );
}

function base64(text: string): string {
  return Buffer.from(text, 'utf8').toString('base64');
}
