/** A timer waiting in a {@link TimerQueue}. */
export interface QueuedTimer {
  readonly time: number;
  readonly sequence: number;
  readonly background: boolean;
  readonly callback: () => void;
  cancelled: boolean;
}

/**
 * Timers ordered by time, then by the order they were set (binary heap). Cancelled ones are dropped when they surface,
 * so cancelling is O(1).
 */
export class TimerQueue {
  #heap: QueuedTimer[] = [];
  #sequence = 0;

  push(time: number, background: boolean, callback: () => void): QueuedTimer {
    const timer: QueuedTimer = { time, sequence: this.#sequence++, background, callback, cancelled: false };
    const heap = this.#heap;
    let index = heap.push(timer) - 1;
    while (index > 0) {
      const parent = (index - 1) >> 1;
      if (!before(timer, heap[parent] as QueuedTimer)) break;
      heap[index] = heap[parent] as QueuedTimer;
      index = parent;
    }
    heap[index] = timer;
    return timer;
  }

  /** The next timer that is not cancelled. */
  peek(): QueuedTimer | undefined {
    while (this.#heap[0]?.cancelled) this.#removeFirst();
    return this.#heap[0];
  }

  /** Takes the next timer out if it is due at `now`. */
  takeDue(now: number): QueuedTimer | undefined {
    const first = this.peek();
    if (!first || first.time > now) return undefined;
    this.#removeFirst();
    return first;
  }

  clear(): void {
    this.#heap = [];
  }

  #removeFirst(): void {
    const heap = this.#heap;
    const last = heap.pop();
    if (last === undefined || heap.length === 0) return;
    let index = 0;
    for (;;) {
      let child = 2 * index + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && before(heap[child + 1] as QueuedTimer, heap[child] as QueuedTimer)) child++;
      if (!before(heap[child] as QueuedTimer, last)) break;
      heap[index] = heap[child] as QueuedTimer;
      index = child;
    }
    heap[index] = last;
  }
}

function before(a: QueuedTimer, b: QueuedTimer): boolean {
  return a.time < b.time || (a.time === b.time && a.sequence < b.sequence);
}
