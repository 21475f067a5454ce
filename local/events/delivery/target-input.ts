import type { DeliveryRecord } from '../records.ts';
import { readEventPath } from './event-path.ts';
import { InvalidTargetInput } from './failures.ts';
import { fillTemplate } from './input-template.ts';

/**
 * The text a target gets: its constant `Input`, the part of the event at `InputPath`, the filled template, or the event.
 * Throws `InvalidTargetInput`.
 * https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-transform-target-input.html
 */
export function targetInput(delivery: DeliveryRecord): string {
  const { Input, InputPath, InputTransformer } = delivery.target;
  if (Input !== undefined) return Input;
  if (InputPath !== undefined) return JSON.stringify(readEventPath(JSON.parse(delivery.event), InputPath) ?? null);
  if (!InputTransformer) return delivery.event;
  const event: unknown = JSON.parse(delivery.event);
  const values = new Map<string, unknown>();
  for (const [name, path] of Object.entries(InputTransformer.InputPathsMap ?? {})) {
    values.set(name, readEventPath(event, path));
  }
  for (const [name, value] of predefined(delivery)) values.set(name, value);
  const filled = fillTemplate(InputTransformer.InputTemplate, values);
  if (filled === undefined) throw new InvalidTargetInput('The input transformer did not produce valid JSON.');
  return filled;
}

function predefined(delivery: DeliveryRecord): [string, unknown][] {
  const event = JSON.parse(delivery.event) as Record<string, unknown>;
  const { detail: _, ...withoutDetail } = event;
  return [
    ['aws.events.rule-arn', delivery.ruleArn],
    ['aws.events.rule-name', delivery.ruleName],
    ['aws.events.event.ingestion-time', new Date(delivery.ingestedAt).toISOString()],
    ['aws.events.event', withoutDetail],
    ['aws.events.event.json', event],
  ];
}
