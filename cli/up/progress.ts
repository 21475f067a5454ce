/** Prints what is going on, each line with the seconds since the start; `quiet` prints nothing. */
export interface Progress {
  line(text: string): void;
  /** Runs `work` and says when it began (if it takes over a second, again and again) and how long it took. */
  phase<T>(name: string, work: () => Promise<T>): Promise<T>;
}

/** Progress on standard output. */
export function createProgress(write: (line: string) => void = console.log): Progress {
  const start = Date.now();
  const stamp = () => `${((Date.now() - start) / 1000).toFixed(1).padStart(6)}s`;
  return {
    line: (text) => write(`${stamp()}  ${text}`),
    async phase(name, work) {
      const begun = Date.now();
      write(`${stamp()}  ${name} ...`);
      const alive = setInterval(() => write(`${stamp()}  ${name}: still at it`), 15_000);
      try {
        const result = await work();
        write(`${stamp()}  ${name}: done (${((Date.now() - begun) / 1000).toFixed(1)} s)`);
        return result;
      } finally {
        clearInterval(alive);
      }
    },
  };
}
