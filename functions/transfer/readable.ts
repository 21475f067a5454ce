import type { Kubernetes } from '../kubernetes/client.ts';

/**
 * The same client, for which kinds that it may not read have no objects: a tenant cannot make what it cannot read, and
 * what others made in its namespace is not its own.
 */
export function readableBy(kubernetes: Kubernetes): Kubernetes {
  return {
    ...kubernetes,
    async request(request) {
      const answer = await kubernetes.request(request);
      // As if the kind were not served.
      return request.method === 'GET' && answer.status === 403 ? { ...answer, status: 404 } : answer;
    },
  };
}
