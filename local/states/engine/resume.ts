import { beginExecution } from './begin.ts';
import { compileDefinition } from './definition.ts';
import { applyEvent } from './fold.ts';
import type { Journal } from './journal.ts';
import type { Execution } from './model.ts';

/** The execution as its journal has it: every entry applied again, in order. Nothing runs yet. */
export function loadExecution(journal: Journal, key: number): Execution {
  const start = journal.start(key);
  const execution = beginExecution(start, compileDefinition(start.definition), key);
  for (const { event, extra } of journal.entries(key)) {
    const thread = execution.threads.get(extra.t ?? 0);
    if (!thread) throw new Error(`Journal of ${start.executionArn}: event ${event.id} belongs to no thread`);
    applyEvent(thread, event, extra);
  }
  return execution;
}
