import type { Clock } from '../../kernel/clock.ts';
import type { JsonValue, TaskReport, TaskRunner } from '../engine/contract.ts';

/** Tasks that all have the same result. */
export function answering(result: JsonValue): TaskRunner {
  return immediate((report) => report.succeeded(result));
}

/** Tasks that all fail in the same way. */
export function failing(error: string, cause: string): TaskRunner {
  return immediate((report) => report.failed(error, cause));
}

function immediate(answer: (report: TaskReport) => void): TaskRunner {
  return {
    run(_task, report) {
      queueMicrotask(() => {
        report.started();
        answer(report);
      });
      return { cancel: () => undefined };
    },
  };
}

/** Performs the first task and repeats its outcome for the others, so that a test has its effects once. */
export function once(tasks: TaskRunner): TaskRunner {
  let outcome: ((report: TaskReport) => void) | undefined;
  return {
    run(task, report) {
      if (outcome) return immediate(outcome).run(task, report);
      return tasks.run(task, {
        ...report,
        succeeded(output) {
          outcome = (later) => later.succeeded(output);
          report.succeeded(output);
        },
        failed(...failure) {
          outcome = (later) => later.failed(...failure);
          report.failed(...failure);
        },
      });
    },
  };
}

/** Keeps a jumping clock from leaping to a task's timeout while the task is performed. */
export function holding(clock: Clock, tasks: TaskRunner): TaskRunner {
  return {
    run(task, report) {
      const release = clock.hold('tested task');
      return tasks.run(task, {
        ...report,
        succeeded(output) {
          report.succeeded(output);
          release();
        },
        failed(...failure) {
          report.failed(...failure);
          release();
        },
      });
    },
  };
}
