import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { generatedSchemas } from '../scripts/generated/schemas.ts';
import { catalogue } from './catalogue.ts';
import { tenantCreated } from './tenant-created.ts';
import { tenantId } from './tenant-id.ts';

describe.each(catalogue.map((type) => [type.name, type] as const))('%s', (_name, type) => {
  it('has an example that satisfies its own schema', () => {
    expect(type.schema.parse(type.example)).toEqual(type.example);
  });

  it('refuses another version', () => {
    const other = { ...type.example, metadata: { ...type.example.metadata, version: 99 } };
    expect(type.schema.safeParse(other).error?.issues[0]?.path).toEqual(['metadata', 'version']);
  });
});

it('publishes JSON Schemas that equal what the types generate', () => {
  for (const [path, content] of generatedSchemas()) expect(readFileSync(path, 'utf8'), path).toBe(content);
});

describe('TenantCreated', () => {
  it('names the field of everything that is wrong', () => {
    const result = tenantCreated.schema.safeParse({
      metadata: { id: 'x', version: 1, occurredAt: 'yesterday' },
      data: { tier: 7 },
    });
    expect(result.error?.issues.map((issue) => issue.path.join('.')).sort()).toEqual([
      'data.tenantId',
      'data.tier',
      'metadata.id',
      'metadata.occurredAt',
    ]);
  });

  it('ignores members it does not know, so that producers can add some', () => {
    const { example } = tenantCreated;
    expect(tenantCreated.schema.parse({ ...example, data: { ...example.data, campaign: 'spring' } })).toEqual(example);
  });
});

describe('tenantId', () => {
  it.each(['acme', 'a1b', 'big-corp-2', 'x'.repeat(32)])('accepts %s', (id) => expect(tenantId.parse(id)).toBe(id));
  it.each([
    '',
    'ab',
    '../etc',
    'Acme',
    'acme-',
    '-acme',
    '1acme',
    'a--b',
    'acme.com',
    'acme_x',
    'x'.repeat(33),
    'x'.repeat(200),
    'default',
    'ac me',
    'acmé',
  ])('refuses %j', (id) => expect(tenantId.safeParse(id).success).toBe(false));
});
