import { X509Certificate } from 'node:crypto';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { connect, type TLSSocket } from 'node:tls';
import { describe, expect, it } from 'vitest';
import { createAuthority, issueCertificate, type KeyedCertificate } from './certificates.ts';

const authority = createAuthority('kubernetes');

describe('certificates', () => {
  it('are issued by their authority and by no other', () => {
    const issued = new X509Certificate(issueCertificate(authority, { commonName: 'a', usage: ['client'] }).certificate);
    const issuer = new X509Certificate(authority.certificate);
    const stranger = new X509Certificate(createAuthority('kubernetes').certificate);
    expect(issuer.ca).toBe(true);
    expect(issued.ca).toBe(false);
    expect(issued.checkIssued(issuer)).toBe(true);
    expect(issued.verify(issuer.publicKey)).toBe(true);
    expect(issued.verify(stranger.publicKey)).toBe(false);
  });

  it('carry the Kubernetes user and group, the names and the validity', () => {
    const { certificate } = issueCertificate(authority, {
      commonName: 'admin',
      organization: 'system:masters',
      usage: ['client', 'server'],
      names: ['127.0.0.1', 'localhost'],
    });
    const parsed = new X509Certificate(certificate);
    expect(parsed.subject).toBe('O=system:masters\nCN=admin');
    expect(parsed.subjectAltName).toBe('IP Address:127.0.0.1, DNS:localhost');
    expect(parsed.validFromDate.getTime()).toBeLessThan(Date.now());
    expect(parsed.validToDate.getFullYear() - new Date().getFullYear()).toBeGreaterThanOrEqual(9);
  });

  it('make a mutual TLS connection that a stranger cannot make', async () => {
    const server = issueCertificate(authority, { commonName: 'server', usage: ['server'], names: ['127.0.0.1'] });
    const listener = createServer({
      cert: server.certificate,
      key: server.key,
      ca: authority.certificate,
      requestCert: true,
    });
    listener.on('request', (request, response) =>
      response.end(request.socket instanceof Object ? 'hello' : 'no socket'),
    );
    await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve));
    const { port } = listener.address() as AddressInfo;
    try {
      const good = issueCertificate(authority, { commonName: 'client', usage: ['client'] });
      const bad = issueCertificate(createAuthority('kubernetes'), { commonName: 'client', usage: ['client'] });
      expect(await handshake(port, good)).toBe('connected');
      expect(await handshake(port, bad)).not.toBe('connected');
    } finally {
      listener.close();
    }
  });
});

/** `connected` once the server has spoken after the handshake, else the reason. */
function handshake(port: number, client: KeyedCertificate): Promise<string> {
  return new Promise((resolve) => {
    const socket: TLSSocket = connect({
      host: '127.0.0.1',
      port,
      ca: authority.certificate,
      cert: client.certificate,
      key: client.key,
    });
    socket.once('error', (error) => resolve(error.message));
    socket.once('close', () => resolve('closed'));
    socket.once('data', () => {
      resolve('connected');
      socket.destroy();
    });
    socket.write('GET / HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n');
  });
}
