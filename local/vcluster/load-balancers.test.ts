import { mkdtempSync } from 'node:fs';
import { type AddressInfo, connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterEach, describe, expect, it } from 'vitest';
import { jumpingClock } from '../kernel/clocks.ts';
import { fakeHostApi } from './fake-host-api.ts';
import { createLoadBalancers, type Service } from './load-balancers.ts';

const PATH = '/api/v1/namespaces/tenant-acme/services/acme';
const SERVICE = {
  metadata: { name: 'acme', namespace: 'tenant-acme', uid: 'u1' },
  spec: { type: 'LoadBalancer', selector: { release: 'acme' } },
};
const ends: (() => unknown)[] = [];

afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

/** Reconciles the one Service whenever the load balancers ask for it. */
async function setup(service: Record<string, unknown> = SERVICE, target?: number) {
  const api = fakeHostApi({ [PATH]: service });
  const clock = jumpingClock();
  const folder = mkdtempSync(join(tmpdir(), 'tenantry-balancers-'));
  const services = () => [...api.objects.values()] as unknown as Service[];
  const start = () => {
    let pending: Promise<void> = Promise.resolve();
    const again = () => {
      pending = balancers.reconcile(services());
    };
    const balancers = createLoadBalancers({ api, folder, clock, portOf: () => target, again });
    ends.push(() => balancers.stop());
    return { ...balancers, look: () => balancers.reconcile(services()), settled: () => pending };
  };
  ends.push(() => clock.close());
  const ingress = () =>
    (api.objects.get(PATH) as { status?: { loadBalancer?: { ingress?: { ports: { port: number }[] }[] } } })?.status
      ?.loadBalancer?.ingress?.[0];
  return { api, clock, start, ingress, port: () => Number(ingress()?.ports[0]?.port) };
}

/** What the server says before it closes; rejects if nobody listens. */
async function ask(port: number): Promise<string> {
  return text(connect(port, '127.0.0.1'));
}

async function greeter(): Promise<number> {
  const server = createServer((socket) => socket.end('hello'));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  ends.push(() => server.close());
  return (server.address() as AddressInfo).port;
}

describe('the load balancer of a Service', () => {
  it('has a name at once, answers only when it is provisioned, and leads to the target', async () => {
    const { start, clock, ingress, port } = await setup(SERVICE, await greeter());
    const balancers = start();
    await balancers.look();
    expect(ingress()).toMatchObject({ hostname: 'localhost' });
    await expect(ask(port())).rejects.toMatchObject({ code: 'ECONNREFUSED' });
    await clock.sleep(151_000);
    await balancers.settled();
    expect(await ask(port())).toBe('hello');
  });

  it('closes connections while no target is ready', async () => {
    const { start, clock, port } = await setup();
    const balancers = start();
    await balancers.look();
    await clock.sleep(151_000);
    await balancers.settled();
    expect(await ask(port()).catch((error: NodeJS.ErrnoException) => error.code)).toMatch(/^(ECONNRESET)?$/);
  });

  it('keeps its port over a restart', async () => {
    const { start, clock, port } = await setup(SERVICE, await greeter());
    const first = start();
    await first.look();
    await clock.sleep(151_000);
    await first.settled();
    const before = port();
    await first.stop();
    await start().look();
    expect(port()).toBe(before);
    expect(await ask(before)).toBe('hello');
  });

  it('keeps a deleted Service until it is gone itself', async () => {
    const { api, start, clock } = await setup();
    const balancers = start();
    await balancers.look();
    const finalizers = () => (api.objects.get(PATH) as { metadata: { finalizers?: string[] } }).metadata.finalizers;
    expect(finalizers()).toEqual(['service.eks.amazonaws.com/resources']);
    await api.patch(PATH, { metadata: { deletionTimestamp: '2026-01-01T00:00:00Z' } });
    await balancers.look();
    expect(finalizers()).toHaveLength(1);
    await clock.sleep(21_000);
    await balancers.settled();
    expect(finalizers()).toEqual([]);
  });

  it.each([
    ['another type', { type: 'ClusterIP' }],
    ['a class of somebody else', { type: 'LoadBalancer', loadBalancerClass: 'example.com/other' }],
  ])('does not exist for %s', async (_, spec) => {
    const { start, ingress } = await setup({ ...SERVICE, spec });
    await start().look();
    expect(ingress()).toBeUndefined();
  });
});
