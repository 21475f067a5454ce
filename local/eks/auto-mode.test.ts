import { describe, expect, it } from 'vitest';
import { HostApiError } from '../vcluster/host-api.ts';
import { ensureAutoMode } from './auto-mode.ts';

const configuration = (nodePools: string[]) => ({
  computeConfig: { enabled: true, nodePools, nodeRoleArn: 'arn:aws:iam::111111111111:role/tenantry/platform/node' },
  resourcesVpcConfig: { subnetIds: ['subnet-0a', 'subnet-0b'], clusterSecurityGroupId: 'sg-0a' },
});

type Made = { metadata: { name: string }; spec: Record<string, unknown> };

/** An API server that answers 404 and then 429 for a kind that was just made. */
function api(ready: number) {
  const made = new Map<string, Made>();
  let looks = 0;
  const unserved = (path: string) => !path.startsWith('/apis/apiextensions') && looks < ready;
  const refuse = () => {
    if (looks > ready / 2) throw new HostApiError(429, 'storage is (re)initializing');
  };
  return {
    made,
    looks: () => looks,
    async get<T>(path: string) {
      if (unserved(path)) return refuse() as undefined;
      if (path.endsWith('?limit=1')) return {} as T;
      return made.get(path) as T | undefined;
    },
    async create<T>(path: string, body: unknown) {
      if (unserved(path)) throw new HostApiError(404, 'not served');
      const object = body as Made;
      const key = `${path}/${object.metadata.name}`;
      if (made.has(key)) throw new HostApiError(409, 'already exists');
      made.set(key, object);
      return object as T;
    },
    async apply<T>(path: string, body: unknown) {
      if (unserved(path)) throw new HostApiError(404, 'not served');
      made.set(path, body as Made);
      return body as T;
    },
    async wait() {
      looks++;
    },
  };
}

describe('what Auto Mode puts into a cluster', () => {
  it('is served when it returns: kinds first, then the built-in pools and their class', async () => {
    const server = api(40);
    await ensureAutoMode(server, configuration(['general-purpose', 'system']), server.wait);
    const names = [...server.made.values()].map(({ metadata }) => metadata.name);
    expect(names).toEqual([
      'nodepools.karpenter.sh',
      'nodeclaims.karpenter.sh',
      'nodeclasses.eks.amazonaws.com',
      'cninodes.eks.amazonaws.com',
      'clusternetworkpolicies.networking.k8s.aws',
      'general-purpose',
      'system',
      'default',
    ]);
    expect(server.made.get('/apis/eks.amazonaws.com/v1/nodeclasses/default')?.spec).toMatchObject({
      role: 'node',
      subnetSelectorTerms: [{ id: 'subnet-0a' }, { id: 'subnet-0b' }],
      securityGroupSelectorTerms: [{ id: 'sg-0a' }],
    });
  });

  it('is there once, after a death halfway too, and a restart finds it with one look', async () => {
    const server = api(0);
    const dying = { ...server, apply: () => Promise.reject(new Error('killed')) };
    await expect(ensureAutoMode(dying, configuration(['system']), server.wait)).rejects.toThrow('killed');
    await ensureAutoMode(server, configuration(['system']), server.wait);
    const before = [...server.made.keys()];
    const again = () => Promise.reject(new Error('asked to make it again'));
    await ensureAutoMode({ ...server, create: again, apply: again }, configuration(['system']));
    expect([...server.made.keys()]).toEqual(before);
    expect(before).toHaveLength(7);
  });

  it('without built-in pools is the kinds alone', async () => {
    const server = api(3);
    await ensureAutoMode(server, configuration([]), server.wait);
    expect([...server.made.values()].every(({ metadata }) => metadata.name.includes('.'))).toBe(true);
  });

  it('says which kind does not come', async () => {
    const server = api(10_000);
    await expect(ensureAutoMode(server, configuration(['system']), server.wait)).rejects.toThrow(
      /is not served after 30 s/,
    );
  });
});
