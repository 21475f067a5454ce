import type { LocalRequest, LocalResponse } from '../kernel/service.ts';
import { reviewAccess } from './access-review.ts';
import { controlPlaneReport } from './control-plane-report.ts';
import type { EksEngine } from './engine.ts';
import type { ClusterRecord } from './records.ts';
import { reviewToken } from './token-review.ts';

/**
 * `POST /_local/eks/token-review/<cluster id>` and `…/access-review/<cluster id>`: the webhooks of the clusters' API servers
 * (TokenReview and SubjectAccessReview, v1). `GET /_local/eks/control-planes`: what runs, what is paused, and what that costs.
 */
export async function eksRoutes(engine: EksEngine, request: LocalRequest): Promise<LocalResponse> {
  const [, review = '', clusterId = ''] = request.path.split('/');
  if (review === 'control-planes' && request.method === 'GET') return json(200, await controlPlaneReport(engine));
  const cluster = findById(engine, clusterId);
  if (!cluster) return json(404, { message: `There is no cluster with the id "${clusterId}".` });
  if (request.method !== 'POST') return json(405, { message: 'Reviews are posted.' });
  const body = parse(request.body);
  if (!body) return json(400, { message: 'The body is not a JSON object with a spec.' });
  if (review === 'token-review') return json(200, { ...body, status: tokenStatus(engine, cluster, body.spec) });
  if (review === 'access-review') return json(200, { ...body, status: reviewAccess(engine, cluster, body.spec) });
  return json(404, { message: `The local EKS has no route ${request.path}.` });
}

function tokenStatus(engine: EksEngine, cluster: ClusterRecord, spec: Record<string, unknown>) {
  const status = reviewToken(engine, cluster, String(spec['token'] ?? ''));
  if (!status.authenticated) engine.cloud.log('debug', `cluster ${cluster.name} refuses a token: ${status.error}`);
  // The tokens are good for every audience the API server asks about.
  return status.authenticated && Array.isArray(spec['audiences'])
    ? { ...status, audiences: spec['audiences'] }
    : status;
}

function findById(engine: EksEngine, clusterId: string): ClusterRecord | undefined {
  return engine.database.clusters.entries().find(([, { id }]) => id === clusterId)?.[1];
}

function parse(body: Uint8Array): (Record<string, unknown> & { spec: Record<string, unknown> }) | undefined {
  try {
    const value = JSON.parse(Buffer.from(body).toString('utf8'));
    return typeof value?.spec === 'object' && value.spec !== null ? value : undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

function json(status: number, value: unknown): LocalResponse {
  return { status, headers: { 'content-type': 'application/json' }, body: JSON.stringify(value) };
}
