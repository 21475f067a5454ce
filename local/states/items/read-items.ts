import { AwsError } from '../../kernel/errors.ts';
import type { Caller } from '../../kernel/service.ts';
import type { ItemSource, JsonValue } from '../engine/contract.ts';
import { StateFailure } from '../engine/failure.ts';
import { isObject } from '../engine/payload.ts';
import type { States } from '../states.ts';
import { taskSession } from '../tasks/session.ts';
import { TaskError } from '../tasks/task-error.ts';
import { parseItems } from './parse-items.ts';

/**
 * The items of a distributed Map from Amazon S3, read as the state machine's role. Throws StateFailure
 * `States.ItemReaderFailed`.
 * https://docs.aws.amazon.com/step-functions/latest/dg/input-output-itemreader.html
 */
export async function readItems(states: States, source: ItemSource): Promise<JsonValue[]> {
  try {
    const { execution } = source;
    const caller = await taskSession(states, { execution, roleArn: execution.roleArn });
    const items = /:s3:listObjectsV2$/.test(source.resource)
      ? await listed(states, caller, source)
      : await readObject(states, caller, source.parameters, source);
    return items.slice(0, source.config.maxItems);
  } catch (error) {
    throw new StateFailure('States.ItemReaderFailed', causeOf(error));
  }
}

function causeOf(error: unknown): string {
  if (error instanceof AwsError) return `${error.message} (Service: S3, Status Code: ${error.status})`;
  if (error instanceof TaskError || error instanceof Error) return error.message;
  return String(error);
}

/** Throws AwsError as S3 answers, and an Error that says why the content is no list of items. */
async function readObject(
  states: States,
  caller: Caller,
  parameters: JsonValue,
  source: ItemSource,
): Promise<JsonValue[]> {
  if (!isObject(parameters)) throw new Error('The parameters of the ItemReader must be an object');
  const answer = await states.cloud.call<{ Body: Uint8Array }>('s3', 'GetObject', parameters, caller);
  return parseItems(Buffer.from(answer.Body).toString('utf8'), source.config);
}

interface Listing {
  Contents?: { Key: string; ETag: string; LastModified: Date; Size: number; StorageClass?: string }[];
  IsTruncated?: boolean;
  NextContinuationToken?: string;
}

/** Objects under a prefix, or with LOAD_AND_FLATTEN what is in them. */
async function listed(states: States, caller: Caller, source: ItemSource): Promise<JsonValue[]> {
  const parameters = isObject(source.parameters) ? source.parameters : {};
  const flatten = source.config.transformation === 'LOAD_AND_FLATTEN';
  const items: JsonValue[] = [];
  let token: string | undefined;
  do {
    const request = { ...parameters, ...(token && { ContinuationToken: token }) };
    const page = await states.cloud.call<Listing>('s3', 'ListObjectsV2', request, caller);
    for (const { Key, ETag, LastModified, Size, StorageClass } of page.Contents ?? []) {
      if (flatten) {
        items.push(...(await readObject(states, caller, { Bucket: parameters['Bucket'] ?? null, Key }, source)));
      } else {
        const seconds = Math.floor(new Date(LastModified).getTime() / 1000);
        items.push({ Etag: ETag, Key, LastModified: seconds, Size, StorageClass: StorageClass ?? 'STANDARD' });
      }
    }
    token = page.IsTruncated ? page.NextContinuationToken : undefined;
  } while (token !== undefined && items.length < source.config.maxItems);
  return items;
}
