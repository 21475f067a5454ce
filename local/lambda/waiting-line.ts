/** Those who wait for a worker, in the order in which they came, however often they look again. */
export interface WaitingLine {
  readonly length: number;
  /** A place in the line; kept over several waits of one invocation. */
  ticket(): number;
  /** Waits until woken, or until `patience` milliseconds of real time are over. */
  wait(ticket: number, key: string, patience: number): Promise<'woken' | 'impatient'>;
  /** Wakes the first who waits for `key`; if nobody does, the first for whom `otherwise` holds. */
  wake(key: string, otherwise: (key: string) => boolean): void;
  wakeAll(): void;
}

interface Waiter {
  readonly ticket: number;
  readonly key: string;
  resume(outcome: 'woken' | 'impatient'): void;
}

/** An empty line. */
export function createWaitingLine(): WaitingLine {
  let line: Waiter[] = [];
  let tickets = 0;

  const leave = (waiter: Waiter, outcome: 'woken' | 'impatient') => {
    line = line.filter((other) => other !== waiter);
    waiter.resume(outcome);
  };

  return {
    get length() {
      return line.length;
    },
    ticket: () => tickets++,
    wait(ticket, key, patience) {
      return new Promise((resolve) => {
        const timer = setTimeout(() => leave(waiter, 'impatient'), patience);
        const waiter: Waiter = {
          ticket,
          key,
          resume(outcome) {
            clearTimeout(timer);
            resolve(outcome);
          },
        };
        const later = line.findIndex((other) => other.ticket > ticket);
        line.splice(later < 0 ? line.length : later, 0, waiter);
      });
    },
    wake(key, otherwise) {
      const next = line.find((waiter) => waiter.key === key) ?? line.find((waiter) => otherwise(waiter.key));
      if (next) leave(next, 'woken');
    },
    wakeAll() {
      for (const waiter of [...line]) leave(waiter, 'woken');
    },
  };
}
