import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { externalControlPlanes } from './external.ts';

function kubeconfig(text: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'tenantry-external-'));
  writeFileSync(join(folder, 'ca.crt'), 'CA');
  writeFileSync(join(folder, 'config'), text);
  return join(folder, 'config');
}

const contexts = (current: string, authority: string) => `
apiVersion: v1
kind: Config
current-context: ${current}
contexts:
  - name: one
    context: {cluster: first, user: me}
  - name: two
    context: {cluster: second, user: me}
clusters:
  - name: first
    cluster: {server: "https://first:6443", certificate-authority-data: Rmlyc3Q=}
  - name: second
    cluster: {server: "https://second:6443"${authority}}
`;

describe('an external cluster', () => {
  it('is the one of the current context, with its CA from the data or the file', async () => {
    const options = { tokenWebhookUrl: '', authorizationWebhookUrl: '' };
    const first = externalControlPlanes({ kubeconfig: kubeconfig(contexts('one', '')) });
    expect(await first.ensureRunning('A', options)).toMatchObject({
      endpoint: 'https://first:6443',
      certificateAuthorityData: 'Rmlyc3Q=',
    });
    const path = kubeconfig(contexts('two', ', certificate-authority: ca.crt'));
    expect(await externalControlPlanes({ kubeconfig: path }).ensureRunning('A', options)).toMatchObject({
      endpoint: 'https://second:6443',
      certificateAuthorityData: Buffer.from('CA').toString('base64'),
      adminKubeconfigPath: path,
    });
  });

  it('needs a context and a CA, and says so', () => {
    const open = (text: string) => () => externalControlPlanes({ kubeconfig: kubeconfig(text) });
    expect(open(contexts('three', ''))).toThrow(/no current context.*use-context/);
    expect(open(contexts('two', ''))).toThrow(/no certificate authority for https:\/\/second:6443/);
    expect(open('')).toThrow(/no current context/);
  });
});
