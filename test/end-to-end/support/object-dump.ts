import type { KubeConfig } from '@kubernetes/client-node';
import { request } from './kubernetes.ts';

interface ResourceList {
  groupVersion: string;
  resources: { name: string; namespaced: boolean; verbs: string[] }[];
}

interface KubernetesObject {
  metadata: { name: string; managedFields?: { time?: string; subresource?: string }[] } & Record<string, unknown>;
  status?: unknown;
}

/** `kind name` -> the whole object as JSON. */
export type ObjectDump = Readonly<Record<string, string>>;

/**
 * Every object of the namespace of every kind that the cluster's discovery lists, and the namespace itself, with status. Left out are
 * Events, a log of what was done, and what ResourceQuotas say is in use: the cluster counts that with a delay, and whatever is counted
 * is here itself. `written` also leaves out what every write changes though it changes nothing else: resourceVersion, generation, and
 * the times of managedFields. Without it, equal dumps say that nothing was written at all.
 */
export async function objectDump(operator: KubeConfig, namespace: string, how?: 'written'): Promise<ObjectDump> {
  const collections = await namespacedCollections(operator);
  const lists = await Promise.all(
    collections.map(async (collection) => {
      const [root, plural] = collection;
      const { items } = await get<{ items: KubernetesObject[] }>(operator, `${root}/namespaces/${namespace}/${plural}`);
      return items.map(
        (object) =>
          [
            `${plural} ${object.metadata.name}`,
            plural === 'resourcequotas' ? uncounted(object) : text(object, how),
          ] as const,
      );
    }),
  );
  const itself = await get<KubernetesObject>(operator, `/api/v1/namespaces/${namespace}`);
  return Object.fromEntries([...lists.flat(), ['namespace', text(itself, how)] as const].sort());
}

/** [path of the group version, plural] of all kinds that have objects in namespaces, each in its preferred version. */
async function namespacedCollections(operator: KubeConfig): Promise<[string, string][]> {
  const { groups } = await get<{ groups: { preferredVersion: { groupVersion: string } }[] }>(operator, '/apis');
  const roots = ['/api/v1', ...groups.map(({ preferredVersion }) => `/apis/${preferredVersion.groupVersion}`)];
  const lists = await Promise.all(roots.map((root) => get<ResourceList>(operator, root)));
  return lists.flatMap(({ resources }, index) =>
    resources
      .filter(({ name, namespaced, verbs }) => namespaced && verbs.includes('list') && name !== 'events')
      .map(({ name }): [string, string] => [roots[index] ?? '', name]),
  );
}

function text(object: KubernetesObject, how?: 'written'): string {
  if (how !== 'written') return JSON.stringify(object);
  const { resourceVersion: _version, generation: _generation, managedFields = [], ...metadata } = object.metadata;
  const managers = managedFields.map(({ time: _time, ...fields }) => fields);
  return JSON.stringify({ ...object, metadata: { ...metadata, managedFields: managers } });
}

function uncounted({ status: _status, ...quota }: KubernetesObject): string {
  const managedFields = quota.metadata.managedFields?.filter(({ subresource }) => subresource !== 'status');
  return text({ ...quota, metadata: { ...quota.metadata, ...(managedFields && { managedFields }) } }, 'written');
}

async function get<T>(operator: KubeConfig, path: string): Promise<T> {
  const { status, text: body } = await request(operator, 'GET', path);
  if (status !== 200) throw new Error(`${path}: ${status} ${body}`);
  return JSON.parse(body) as T;
}
