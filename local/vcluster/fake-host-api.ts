import type { HostApi } from './host-api.ts';

type Json = Record<string, unknown>;

/** Objects by path, for tests: merge patches and deletions as the API server does them, without finalizers' protection. */
export interface FakeHostApi extends HostApi {
  readonly objects: Map<string, Json>;
}

export function fakeHostApi(objects: Record<string, unknown> = {}): FakeHostApi {
  const stored = new Map(Object.entries(structuredClone(objects)) as [string, Json][]);
  const base = (path: string) => path.replace(/\/status$/, '');
  return {
    objects: stored,
    get: async <T>(path: string) => stored.get(path) as T | undefined,
    async list<T>(path: string) {
      const folder = `${path.replace(/\?.*$/, '')}/`;
      const items = [...stored].filter(([key]) => key.startsWith(folder)).map(([, object]) => object);
      return { items: items as T[], resourceVersion: '1' };
    },
    async create<T>(path: string, body: unknown) {
      const object = body as Json & { metadata: { name: string } };
      stored.set(`${path}/${object.metadata.name}`, object);
      return object as T;
    },
    async apply<T>(path: string, body: unknown) {
      stored.set(path, body as Json);
      return body as T;
    },
    async patch<T>(path: string, body: unknown) {
      const object = stored.get(base(path));
      if (!object) return undefined;
      const patched = merge(object, body) as Json;
      stored.set(base(path), patched);
      return patched as T;
    },
    remove: async (path) => void stored.delete(path),
    watch: () => Promise.reject(new Error('nothing is watched here')),
    close: () => undefined,
  };
}

/** https://www.rfc-editor.org/rfc/rfc7396 */
function merge(target: unknown, patch: unknown): unknown {
  if (!isObject(patch)) return patch;
  const result: Json = isObject(target) ? { ...target } : {};
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) delete result[key];
    else result[key] = merge(result[key], value);
  }
  return result;
}

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
