import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, mkdirSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { processStart } from './process-identity.ts';

export interface ChildOptions {
  /** For messages: "kube-apiserver of cluster X". */
  name: string;
  command: readonly string[];
  arguments: readonly string[];
  environment?: Readonly<Record<string, string>>;
  logFile: string;
  /** Where pid and start time are kept, so that a later run can end what this one left behind. */
  recordFile: string;
  /** Whether the program ends with its standard input by itself; a shell watches over those that do not. */
  exitsWithStdin: boolean;
}

/** A child process that never outlives this one. */
export interface Child {
  readonly name: string;
  readonly pid: number;
  /** Resolves with a description ("exit code 1") once it has ended. */
  readonly ended: Promise<string>;
  hasEnded(): boolean;
  /** SIGTERM, and SIGKILL after `patience` milliseconds; resolves when it has ended. */
  stop(patience: number): Promise<void>;
  /** The last lines of its log, for error messages. */
  logTail(): string;
}

/**
 * For programs that do not watch their standard input: ends the program when the pipe closes, and passes SIGTERM on, also
 * one that comes before the program runs. The program reads nothing. `wait` gives its exit code back; it returns early for
 * a signal to the shell, and a shell that has already reaped the program still knows the code (127 once it was told).
 */
const GUARD = [
  'child=; asked=',
  `trap 'asked=1; [ -z "$child" ] || kill -TERM $child' TERM`,
  'exec 3<&0',
  '"$@" </dev/null 3<&- & child=$!',
  '[ -z "$asked" ] || kill -TERM $child',
  '(while read -r _ <&3; do :; done; kill -KILL $child) & guard=$!',
  'while wait $child; code=$?; kill -0 $child 2>/dev/null; do :; done',
  'wait $child 2>/dev/null; last=$?',
  'kill $guard 2>/dev/null',
  '[ $last = 127 ] || code=$last',
  'exit $code',
].join('\n');

/**
 * Starts the program with its output appended to the log file. It is in a session of its own: Ctrl-C in a terminal reaches
 * only us, and we end our children in the order they need. However we end, the pipe to its standard input closes, and so
 * it ends too.
 */
export function startChild(options: ChildOptions): Child {
  mkdirSync(dirname(options.logFile), { recursive: true });
  mkdirSync(dirname(options.recordFile), { recursive: true });
  const log = openSync(options.logFile, 'a');
  const [file = '', ...leading] = options.exitsWithStdin
    ? [...options.command, ...options.arguments]
    : ['/bin/sh', '-c', GUARD, 'guard', ...options.command, ...options.arguments];
  const child = spawn(file, leading, {
    detached: true,
    stdio: ['pipe', log, log],
    env: { ...process.env, ...options.environment, ...(options.exitsWithStdin && { TENANTRY_EXIT_WITH_STDIN: '1' }) },
  });
  closeSync(log);
  // A write end that reports a broken pipe only says what `exit` says too.
  child.stdin?.on('error', () => undefined);
  const ended = whenEnded(child, options.recordFile);
  const { pid } = child;
  if (pid !== undefined) writeFileSync(options.recordFile, JSON.stringify({ pid, start: processStart(pid) }));
  // They must not keep a process alive that has nothing else to do; when it exits, they end.
  child.unref();
  return {
    name: options.name,
    pid: pid ?? 0,
    ended,
    // Looks for itself: Node may not have noticed yet.
    hasEnded: () => pid === undefined || processStart(pid) === undefined,
    async stop(patience) {
      if (pid === undefined) return;
      child.ref();
      child.kill('SIGTERM');
      const kill = setTimeout(() => child.kill('SIGKILL'), patience);
      await ended;
      clearTimeout(kill);
    },
    logTail: () => readFileSync(options.logFile, 'utf8').trimEnd().split('\n').slice(-5).join('\n'),
  };
}

function whenEnded(child: ChildProcess, recordFile: string): Promise<string> {
  return new Promise((resolve) => {
    child.once('error', (error) => resolve(error.message));
    child.once('exit', (code, signal) => {
      rmSync(recordFile, { force: true });
      resolve(signal ? `signal ${signal}` : `exit code ${code}`);
    });
  });
}
