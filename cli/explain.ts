import { cacheFolder } from './project.ts';

/** One line for a person: what went wrong and what to do about it. Never a stack trace. */
export function explain(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { code } = error as NodeJS.ErrnoException;
  if (code === 'EADDRINUSE')
    return `${portOf(error)} is taken by another program. Stop it, or choose another port with --port N.`;
  if (code === 'ENOSPC')
    return `the disk is full (${error.message}). Make room, or choose another folder with --state FOLDER.`;
  if (code !== undefined && UNUSABLE.has(code)) return unusable(error);
  if ((error as { errcode?: number }).errcode === SQLITE_NOTADB)
    return 'the state folder holds a state.sqlite that is no database. Begin anew with --fresh, or choose another folder with --state FOLDER.';
  if (error.name === 'ResourceNotFoundException')
    return `${error.message}. Is Tenantry deployed there? "npm start" deploys it on the local cloud, "npx cdk deploy" on AWS.`;
  if (error.name === 'ZodError') return `the input breaks the contract: ${error.message}`;
  return error.message || error.name;
}

/** Codes of the file system for a folder that cannot be made or written. */
const UNUSABLE = new Set(['EACCES', 'EPERM', 'EROFS', 'ENOTDIR', 'EEXIST', 'EISDIR']);
/** https://www.sqlite.org/rescode.html#notadb */
const SQLITE_NOTADB = 26;

function unusable(error: Error): string {
  const { path = 'a folder' } = error as NodeJS.ErrnoException;
  const remedy = path.startsWith(cacheFolder())
    ? 'Set XDG_CACHE_HOME to a folder of your own.'
    : 'Choose a folder of your own with --state FOLDER.';
  return `cannot use ${path} (${error.message}). ${remedy}`;
}

function portOf(error: Error): string {
  const { port, address } = error as Error & { port?: number; address?: string };
  return port ? `the port ${port} on ${address ?? '127.0.0.1'}` : 'the port';
}
