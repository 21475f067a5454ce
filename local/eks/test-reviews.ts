import { type EksTest, eksTest, presignedUrl, tokenOf } from './test-cluster.ts';

/** Of every access policy's ARN. */
export const POLICY = 'arn:aws:eks::aws:cluster-access-policy';

/** An ACTIVE cluster `shared`, a role `tenant`, and calls about its access entry. */
export async function setup(options: Parameters<typeof eksTest>[0] = {}) {
  const test = await eksTest(options);
  await test.createActive('shared');
  const tenant = await test.role('tenant');
  const entry = (operation: string, more: object = {}) =>
    test.call(operation, { clusterName: 'shared', principalArn: tenant.arn, ...more });
  return { ...test, tenant, entry };
}

/** The answer of the cluster's token webhook. */
export async function review(test: EksTest, token: string) {
  const [id] = test.planes.running;
  const request = {
    method: 'POST',
    path: `/token-review/${id}`,
    query: new URLSearchParams(),
    headers: {},
    body: Buffer.from(JSON.stringify({ apiVersion: 'authentication.k8s.io/v1', kind: 'TokenReview', spec: { token } })),
  };
  const answer = await test.service.routes?.(request);
  return JSON.parse(String(answer?.body)).status;
}

/** The answer of the cluster's authorization webhook. */
export async function may(test: EksTest, user: object, resourceAttributes: object) {
  const [id] = test.planes.running;
  const answer = await test.service.routes?.({
    method: 'POST',
    path: `/access-review/${id}`,
    query: new URLSearchParams(),
    headers: {},
    body: Buffer.from(JSON.stringify({ spec: { ...user, resourceAttributes } })),
  });
  return JSON.parse(String(answer?.body)).status.allowed;
}

/** A cluster token of a session of the role. */
export const token = async (test: EksTest, roleArn: string, session = 'bob') =>
  tokenOf(await presignedUrl(await test.session(roleArn, session), 'shared'));
