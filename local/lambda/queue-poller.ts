import { randomUUID } from 'node:crypto';
import type { Caller, Cloud, OperationInput } from '../kernel/service.ts';
import { executionRole } from './environment.ts';
import type { EventSourceMapping } from './event-source-store.ts';
import type { InvocationResult } from './invoker.ts';
import type { LambdaParts } from './parts.ts';

/** Lambda begins with five parallel pollers for a standard queue. https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-scaling.html */
const POLLERS = 5;
/** After a refusal (throttled, no permission, no queue) a poller pauses this long. */
const PAUSE_MILLISECONDS = 10_000;

/** Polls the queue of a mapping and invokes its function, until the result is called. `report` is told the last processing result. */
export function startPolling(
  parts: LambdaParts,
  mapping: EventSourceMapping,
  report: (result: string) => void,
): () => void {
  const stopped = new AbortController();
  const fifo = mapping.queueArn.endsWith('.fifo');
  const pollers = fifo ? 1 : Math.min(POLLERS, mapping.maximumConcurrency ?? POLLERS);
  for (let index = 0; index < pollers; index++) void poll(parts, mapping, report, stopped.signal);
  return () => stopped.abort();
}

async function poll(
  parts: LambdaParts,
  mapping: EventSourceMapping,
  report: (result: string) => void,
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted) {
    try {
      const record = parts.functions.get(mapping);
      const version = parts.functions.version(record, mapping);
      const role = executionRole(parts.cloud, record, version);
      const batch = await receiveBatch(parts.cloud, mapping, role, signal);
      if (batch.length === 0 || signal.aborted) continue;
      const release = parts.cloud.clock.hold(`event source of ${mapping.name}`);
      try {
        const result = await parts.invoker.invoke(record, version, {
          requestId: randomUUID(),
          payload: JSON.stringify({ Records: batch.map((message) => toRecord(mapping, message)) }),
          ...(mapping.qualifier !== undefined && { qualifier: mapping.qualifier }),
        });
        await removeHandled(parts.cloud, mapping, role, batch, result);
        report(result.error ? 'PROBLEM: Function call failed' : 'OK');
      } finally {
        release();
      }
    } catch (error) {
      if (signal.aborted) return;
      report(`PROBLEM: ${error instanceof Error ? error.message : String(error)}`);
      await parts.cloud.clock.sleep(PAUSE_MILLISECONDS, { background: true });
    }
  }
}

/** One long poll, then what else is there at once, up to the batch size. */
async function receiveBatch(cloud: Cloud, mapping: EventSourceMapping, role: Caller, signal: AbortSignal) {
  const batch: OperationInput[] = [];
  for (;;) {
    const answer = await cloud.call(
      'sqs',
      'ReceiveMessage',
      {
        QueueUrl: queueUrl(cloud, mapping),
        MaxNumberOfMessages: Math.min(10, mapping.batchSize - batch.length),
        WaitTimeSeconds: batch.length === 0 ? 20 : 0,
        MessageSystemAttributeNames: ['All'],
        MessageAttributeNames: ['All'],
      },
      role,
      { region: mapping.region, signal },
    );
    batch.push(...(answer.Messages ?? []));
    if (!answer.Messages || batch.length >= mapping.batchSize) return batch;
  }
}

/** https://docs.aws.amazon.com/lambda/latest/dg/with-sqs.html */
function toRecord(mapping: EventSourceMapping, message: OperationInput): Record<string, unknown> {
  const attributes = Object.entries<OperationInput>(message.MessageAttributes ?? {}).map(([name, value]) => [
    name,
    {
      ...(value.StringValue !== undefined && { stringValue: value.StringValue }),
      ...(value.BinaryValue !== undefined && { binaryValue: value.BinaryValue }),
      stringListValues: [],
      binaryListValues: [],
      dataType: value.DataType,
    },
  ]);
  return {
    messageId: message.MessageId,
    receiptHandle: message.ReceiptHandle,
    body: message.Body,
    attributes: message.Attributes ?? {},
    messageAttributes: Object.fromEntries(attributes),
    md5OfBody: message.MD5OfBody,
    eventSource: 'aws:sqs',
    eventSourceARN: mapping.queueArn,
    awsRegion: mapping.region,
  };
}

/** Messages the function did not report as failed are deleted; the others become visible again by themselves. */
async function removeHandled(
  cloud: Cloud,
  mapping: EventSourceMapping,
  role: Caller,
  batch: readonly OperationInput[],
  result: InvocationResult,
): Promise<void> {
  const failed = failedItems(mapping, batch, result);
  const handled = batch.filter((message) => !failed.has(message.MessageId));
  for (let start = 0; start < handled.length; start += 10) {
    const Entries = handled
      .slice(start, start + 10)
      .map((message, index) => ({ Id: String(index), ReceiptHandle: message.ReceiptHandle }));
    await cloud.call('sqs', 'DeleteMessageBatch', { QueueUrl: queueUrl(cloud, mapping), Entries }, role, {
      region: mapping.region,
    });
  }
}

/** An unreadable report counts as the failure of the whole batch. https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html */
function failedItems(
  mapping: EventSourceMapping,
  batch: readonly OperationInput[],
  result: InvocationResult,
): Set<string> {
  const all = new Set<string>(batch.map((message) => message.MessageId));
  if (result.error) return all;
  if (!mapping.reportItemFailures) return new Set();
  const failures: OperationInput = JSON.parse(result.body)?.batchItemFailures ?? [];
  if (!Array.isArray(failures)) return all;
  const reported = failures.map((item) => item?.itemIdentifier);
  return reported.every((id) => all.has(id)) ? new Set(reported) : all;
}

function queueUrl(cloud: Cloud, mapping: EventSourceMapping): string {
  const [, , , , accountId, name] = mapping.queueArn.split(':');
  return `${cloud.endpoint}/${accountId}/${name}`;
}
