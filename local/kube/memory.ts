import { readFileSync } from 'node:fs';
import { freemem, platform, totalmem } from 'node:os';

/** What a control plane with its controllers may take; the measured size is in `docs/local-cloud.md`. */
export const CONTROL_PLANE_BYTES = 400 * 2 ** 20;

/**
 * How many control planes may run at once if nothing else is said: as many as fit in half of what is free, at least one. The other half is for
 * virtual clusters, for workers and for everybody else.
 */
export function defaultMost(free = availableBytes()): number {
  return Math.max(1, Math.floor(free / 2 / CONTROL_PLANE_BYTES));
}

/**
 * Memory that can be had without pushing anybody out, bytes: of the machine or of the control group that this process is in, whichever is less.
 * Elsewhere than on Linux the number of free pages says nothing (macOS keeps hardly any): half of the machine then.
 */
export function availableBytes(): number {
  if (platform() !== 'linux') return totalmem() / 2;
  return Math.min(freemem(), groupBytes());
}

/**
 * What the group's limit leaves. The cache of files counts towards the limit, but is given up first.
 * https://docs.kernel.org/admin-guide/cgroup-v2.html#memory-interface-files
 */
function groupBytes(): number {
  const limit = process.constrainedMemory();
  if (limit === 0 || limit >= totalmem()) return Number.POSITIVE_INFINITY;
  const group = read('/proc/self/cgroup')?.match(/^0::(.*)$/m)?.[1] ?? '';
  const folder = `/sys/fs/cgroup${group === '/' ? '' : group}`;
  const used = Number(read(`${folder}/memory.current`));
  const cache = Number(read(`${folder}/memory.stat`)?.match(/^inactive_file (\d+)$/m)?.[1]);
  // Groups of version 1, or a limit of a group above: Node knows what is left, with the cache counted as used.
  if (!Number.isFinite(used) || !Number.isFinite(cache)) return process.availableMemory();
  return limit - used + cache;
}

function read(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
