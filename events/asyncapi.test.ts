import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { Ajv, type ValidateFunction } from 'ajv';
import formats from 'ajv-formats';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { generatedAsyncApi } from '../scripts/generated/asyncapi.ts';
import { asyncApiDocument } from './asyncapi.ts';
import { catalogue } from './catalogue.ts';
import type { EventType } from './define-event.ts';

type Json = Record<string, unknown>;

const document = asyncApiDocument('0.0.0');
const specification = createRequire(import.meta.url).resolve('@asyncapi/specs/schemas/3.0.0.json');
const types: readonly EventType[] = catalogue;

/** Strict mode would refuse keywords that AsyncAPI adds to JSON Schema; its schema brings that of draft 7 itself. */
function validator(schema: object): ValidateFunction {
  const ajv = new Ajv({ strict: false, meta: false, validateSchema: false, allErrors: true });
  formats.default(ajv);
  return ajv.compile(schema);
}

const valid = validator(JSON.parse(readFileSync(specification, 'utf8')) as object);

/** What a reference inside the document leads to. Throws an Error when it leads nowhere. */
function resolve(reference: string): Json {
  return reference
    .slice(2)
    .split('/')
    .reduce<Json>((part, name) => {
      const found = part[name] as Json | undefined;
      if (!found) throw new Error(`${reference} leads nowhere`);
      return found;
    }, document);
}

function referencesIn(value: unknown): string[] {
  if (typeof value !== 'object' || value === null) return [];
  const own = (value as { $ref?: unknown }).$ref;
  return [...(typeof own === 'string' ? [own] : []), ...Object.values(value).flatMap(referencesIn)];
}

/** The references of an operation's messages, as names of events. */
const named = (messages: unknown) => (messages as { $ref: string }[]).map(({ $ref }) => $ref.split('/').at(-1));

it('is what AsyncAPI 3.0 says a document is', () => {
  valid(document);
  expect(valid.errors ?? []).toEqual([]);
});

it('would be refused with a mistake', () => {
  expect(valid({ ...document, chanels: {} })).toBe(false);
  const { operations } = structuredClone(document) as { operations: Record<string, Json> };
  for (const operation of Object.values(operations)) operation['action'] = 'publish';
  expect(valid({ ...document, operations })).toBe(false);
});

it('has no reference that leads nowhere', () => {
  const all = referencesIn(document);
  expect(all.length).toBeGreaterThan(types.length * 4);
  for (const reference of all) expect(resolve(reference), reference).toBeDefined();
});

it('is published as it is generated', () => {
  for (const [path, content] of generatedAsyncApi()) {
    expect(readFileSync(path, 'utf8'), path).toBe(content);
    expect({ ...(parse(content) as Json), info: document['info'] }).toEqual(document);
  }
});

describe.each(types.map((type) => [type.name, type] as const))('%s', (name, type) => {
  const message = resolve(`#/components/messages/${name}`) as { examples: { headers: Json; payload: Json }[] } & Json;
  const payload = validator(resolve(`#/components/schemas/${name}`));
  const headers = validator(message['headers'] as object);

  it('has examples that satisfy its schemas', () => {
    expect(message.examples.length).toBeGreaterThan(0);
    for (const example of message.examples) {
      expect(payload(example.payload), JSON.stringify(payload.errors)).toBe(true);
      expect(headers(example.headers), JSON.stringify(headers.errors)).toBe(true);
    }
  });

  it('has a schema that refuses what the contract refuses', () => {
    const [{ payload: example = {} } = {}] = message.examples;
    const { metadata, data } = example as { metadata: Json; data: Json };
    const bad = [
      { data },
      { metadata },
      { metadata: { ...metadata, version: 99 }, data },
      { metadata: { ...metadata, occurredAt: 'yesterday' }, data },
    ];
    for (const other of bad) {
      expect(payload(other), JSON.stringify(other)).toBe(false);
      expect(type.schema.safeParse(other).success).toBe(false);
    }
  });

  it('is received or sent by one operation, and answered if it is received', () => {
    const operations = Object.values(document['operations'] as Record<string, Json>).filter(({ messages }) =>
      named(messages).includes(name),
    );
    expect(operations).toHaveLength(1);
    const { action, reply } = operations[0] as { action: string; reply?: { messages: unknown } };
    expect(action).toBe(type.direction === 'in' ? 'receive' : 'send');
    expect(reply !== undefined).toBe(type.direction === 'in');
    for (const answer of named(reply?.messages ?? []))
      expect(types.find((other) => other.name === answer)?.direction, answer).toBe('out');
  });
});
