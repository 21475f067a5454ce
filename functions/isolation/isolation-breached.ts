import { CatalogueError } from '../../tenancy/errors.ts';
import type { KubernetesAnswer } from '../kubernetes/client.ts';
import { controlName, type IsolationCase, textOf } from './case.ts';

/**
 * The error `IsolationBreached`: a tenant could do what it must not, or was refused by something else than the control
 * that is meant to. The text names each case, what it wanted and what it got.
 */
export function isolationBreached(
  namespace: string,
  failures: ReadonlyMap<IsolationCase, KubernetesAnswer>,
): CatalogueError {
  const lines = [...failures].map(([each, answer]) => {
    const got = textOf(answer).slice(0, 200);
    return `"${each.name}" wants ${controlName(each.control)}, got HTTP ${answer.status} ${got}`;
  });
  const summary = `${failures.size} cases of the isolation proof failed in ${namespace}`;
  return new CatalogueError('IsolationBreached', `${summary}: ${lines.join('; ')}`);
}
