import { z } from 'zod';
import { type Envelope, metadata } from './envelope.ts';

/** An event type of the contract: its name on the bus, its version, its schema and a realistic example. */
export interface EventType<Name extends string = string, Data = unknown> {
  /** EventBridge `detail-type`. */
  readonly name: Name;
  readonly version: number;
  /** `in`: product backends send it, Tenantry obeys. `out`: Tenantry sends it. */
  readonly direction: 'in' | 'out';
  readonly description: string;
  /** Schema of the whole detail: `{ metadata, data }`. Unknown members are ignored, so that producers can add some. */
  readonly schema: z.ZodType<Envelope<Data>>;
  readonly example: Envelope<Data>;
}

/** The data of an event type. */
export type DataOf<Type> = Type extends EventType<string, infer Data> ? Data : never;

/** Declares an event type; the schema's `metadata.version` accepts this version only. */
export function defineEvent<Name extends string, Schema extends z.ZodObject>(event: {
  name: Name;
  version: number;
  direction: 'in' | 'out';
  description: string;
  data: Schema;
  example: Envelope<z.infer<Schema>>;
}): EventType<Name, z.infer<Schema>> {
  const { data, ...rest } = event;
  const schema = z
    .object({ metadata: metadata.extend({ version: z.literal(event.version) }), data })
    .describe(event.description);
  // zod's inferred envelope has the literal version; to readers it is a number.
  return { ...rest, schema: schema as unknown as z.ZodType<Envelope<z.infer<Schema>>> };
}
