import { answeredBy, type IsolationCase } from '../isolation/case.ts';
import type { Kubernetes, KubernetesAnswer } from '../kubernetes/client.ts';
import { kubernetesError, type Status } from '../kubernetes/errors.ts';
import type { Wait } from './ensure-host-objects.ts';

/**
 * The cases that the intended control did not answer, tried again after 100 and 500 ms: an API server's informers may be
 * some milliseconds behind what was just written. `standard` is how Pod Security names itself there: `restricted:latest`.
 * @throws KubernetesThrottled, ClusterUnreachable if the API server could not judge one of them.
 */
export async function failingCases(
  client: Kubernetes,
  cases: readonly IsolationCase[],
  standard: string,
  wait: Wait,
): Promise<Map<IsolationCase, KubernetesAnswer>> {
  let failures = await attempt(client, cases, standard);
  for (const milliseconds of [100, 500]) {
    if (failures.size === 0) break;
    await wait(milliseconds);
    failures = await attempt(client, [...failures.keys()], standard);
  }
  return failures;
}

async function attempt(client: Kubernetes, cases: readonly IsolationCase[], standard: string) {
  const answers = await Promise.all(cases.map(async (each) => [each, await client.request(each.request)] as const));
  const unable = answers.find(([, { status }]) => status === 429 || status >= 500);
  if (unable !== undefined) {
    const [{ name }, answer] = unable;
    throw kubernetesError(`case "${name}" of the isolation proof`, answer.status, answer.body as Status);
  }
  return new Map(answers.filter(([each, answer]) => !answeredBy(each.control, answer, standard)));
}
