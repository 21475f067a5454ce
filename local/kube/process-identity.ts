import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/**
 * When the process started, in a form that only this process has: pids are reused, the pair of pid and start is not.
 * `undefined` if no such process runs (a zombie counts as not running).
 */
export function processStart(pid: number): string | undefined {
  return process.platform === 'linux' ? linuxStart(pid) : psField(pid, 'lstart');
}

/** Resident memory in bytes; `undefined` if no such process runs. */
export function residentBytes(pid: number): number | undefined {
  if (process.platform === 'linux') {
    const kibibytes = read(`/proc/${pid}/status`)?.match(/^VmRSS:\s+(\d+) kB$/m)?.[1];
    return kibibytes === undefined ? undefined : Number(kibibytes) * 1024;
  }
  const kibibytes = psField(pid, 'rss');
  return kibibytes === undefined ? undefined : Number(kibibytes) * 1024;
}

/** Fields 3 (state) and 22 (start in clock ticks since boot) of https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html */
function linuxStart(pid: number): string | undefined {
  const stat = read(`/proc/${pid}/stat`);
  // The name in brackets may contain spaces and brackets itself.
  const [state, ...rest] = stat?.slice(stat.lastIndexOf(')') + 2).split(' ') ?? [];
  if (state === undefined || state === 'Z' || state === 'X') return undefined;
  return `${read('/proc/sys/kernel/random/boot_id')?.trim()}/${rest[18]}`;
}

function read(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (isGone(error)) return undefined;
    throw error;
  }
}

function isGone(error: unknown): boolean {
  const code = (error as NodeJS.ErrnoException).code;
  return code === 'ENOENT' || code === 'ESRCH';
}

function psField(pid: number, field: string): string | undefined {
  try {
    return execFileSync('ps', ['-o', `${field}=`, '-p', String(pid)], { encoding: 'utf8' }).trim() || undefined;
  } catch (error) {
    // ps exits with 1 when there is no such process.
    if ((error as { status?: number }).status === 1) return undefined;
    throw error;
  }
}
