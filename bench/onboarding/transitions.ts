import type { Installation } from '../../cli/installation.ts';
import { billed, DOLLARS_PER_TRANSITION } from '../billed.ts';
import { histories } from '../histories.ts';

/** Billed state transitions of an operation and of what it started, from the real histories. */
export async function billedTransitions(
  { stepFunctions }: Installation,
  executionArn: string,
): Promise<{ transitions: number; dollars: number }> {
  const transitions = billed(await histories(stepFunctions, executionArn));
  return { transitions, dollars: transitions * DOLLARS_PER_TRANSITION };
}
