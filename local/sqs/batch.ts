import { AwsError } from '../kernel/errors.ts';
import type { OperationInput } from '../kernel/service.ts';
import { sqsError } from './errors.ts';

/**
 * Runs `perform` for each of one to ten entries; an entry that is refused is reported in `Failed`, not thrown.
 * Throws EmptyBatchRequest, TooManyEntriesInBatchRequest, InvalidBatchEntryId, BatchEntryIdsNotDistinct.
 */
export function runBatch(entries: unknown, perform: (entry: OperationInput) => object) {
  const checked = checkEntries(entries);
  const Successful: object[] = [];
  const Failed: object[] = [];
  for (const entry of checked) {
    try {
      Successful.push({ Id: entry.Id, ...perform(entry) });
    } catch (error) {
      if (!(error instanceof AwsError)) throw error;
      Failed.push({ Id: entry.Id, Code: error.code, Message: error.message, SenderFault: error.fault === 'client' });
    }
  }
  return { Successful, ...(Failed.length > 0 && { Failed }) };
}

function checkEntries(entries: unknown): OperationInput[] {
  if (!Array.isArray(entries) || entries.length === 0) {
    throw sqsError('EmptyBatchRequest', 'There should be at least one entry in the request.');
  }
  if (entries.length > 10) {
    throw sqsError(
      'TooManyEntriesInBatchRequest',
      `Maximum number of entries per request are 10. You have sent ${entries.length}.`,
    );
  }
  const seen = new Set<string>();
  for (const { Id } of entries) {
    if (typeof Id !== 'string' || !/^[A-Za-z0-9_-]{1,80}$/.test(Id)) {
      throw sqsError(
        'InvalidBatchEntryId',
        'A batch entry id can only contain alphanumeric characters, hyphens and underscores. It can be at most 80 letters long.',
      );
    }
    if (seen.has(Id)) throw sqsError('BatchEntryIdsNotDistinct', `Id ${Id} repeated.`);
    seen.add(Id);
  }
  return entries;
}
