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
  return breached(namespace, lines);
}

/** The error for a namespace or an account, with one text for each case that failed. */
export function breached(where: string, lines: readonly string[]): CatalogueError {
  const summary = `${lines.length} cases of the isolation proof failed in ${where}`;
  return new CatalogueError('IsolationBreached', `${summary}: ${lines.join('; ')}`);
}
