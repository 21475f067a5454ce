import type { StackOutput, StackRecord } from './stack-record.ts';
import type { StackStore } from './stack-store.ts';
import { validationError } from './template.ts';

/** An output that other stacks of the account and region may import. */
export interface StackExport {
  ExportingStackId: string;
  Name: string;
  Value: string;
}

/** All exports of an account and region, by name. */
export function listExports(stacks: StackStore, accountId: string, region: string): StackExport[] {
  return stacks
    .list(accountId, region)
    .filter((stack) => stack.status !== 'DELETE_COMPLETE')
    .flatMap((stack) => stack.outputs.flatMap((output) => exportOf(stack, output)))
    .sort((left, right) => (left.Name < right.Name ? -1 : 1));
}

/** Value of an export; records that the stack imports it. Throws ValidationError "No export named … found". */
export function importedValue(stacks: StackStore, stack: StackRecord, name: string): string {
  const found = listExports(stacks, stack.accountId, stack.region).find((item) => item.Name === name);
  if (!found) throw validationError(`No export named ${name} found`);
  stacks.recordImport(stack, name);
  return found.Value;
}

/** Names of the stacks that import `name`. */
export function importersOf(stacks: StackStore, accountId: string, region: string, name: string): string[] {
  return stacks
    .importers(accountId, region, name)
    .map((stackId) => stacks.byId(stackId))
    .filter((stack) => stack.status !== 'DELETE_COMPLETE')
    .map((stack) => stack.stackName);
}

/** Refuses to remove or change exports that others import. Throws ValidationError. */
export function checkExportsFree(stacks: StackStore, stack: StackRecord, after: readonly StackOutput[]): void {
  for (const before of stack.outputs) {
    if (before.ExportName === undefined) continue;
    const next = after.find((output) => output.ExportName === before.ExportName);
    if (next?.OutputValue === before.OutputValue) continue;
    const importers = importersOf(stacks, stack.accountId, stack.region, before.ExportName);
    if (importers.length === 0) continue;
    const act = next ? 'update' : 'delete';
    throw validationError(`Cannot ${act} export ${before.ExportName} as it is in use by ${importers.join(', ')}`);
  }
}

function exportOf(stack: StackRecord, output: StackOutput): StackExport[] {
  if (output.ExportName === undefined) return [];
  return [{ ExportingStackId: stack.stackId, Name: output.ExportName, Value: output.OutputValue }];
}
