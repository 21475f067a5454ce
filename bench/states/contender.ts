/** An engine under measurement. All of them run the same definitions. */
export interface Contender {
  readonly name: string;
  /** From nothing to ready for the first execution. */
  start(): Promise<void>;
  /** Runs `count` executions of the definition to their end, `concurrency` at a time. */
  run(definition: object, input: object, count: number, concurrency: number): Promise<void>;
  /** Leaves `count` executions of the definition running. */
  leaveOpen(definition: object, count: number): Promise<void>;
  /** Process that holds the executions. */
  processId(): number;
  stop(): Promise<void>;
}

/** Calls `work` `count` times, at most `concurrency` of them at once. */
export async function repeat(count: number, concurrency: number, work: () => Promise<void>): Promise<void> {
  let begun = 0;
  const worker = async () => {
    while (begun < count) {
      begun++;
      await work();
    }
  };
  await Promise.all(Array.from({ length: Math.min(count, concurrency) }, worker));
}
