import { describe, expect, it } from 'vitest';
import { tenantTierChangeProposed } from './tenant-tier-change-proposed.ts';
import { METERS_PER_REPORT, tenantUsageReported } from './tenant-usage-reported.ts';

describe.each([
  ['TenantUsageReported', tenantUsageReported],
  ['TenantTierChangeProposed', tenantTierChangeProposed],
] as const)('%s', (name, type) => {
  it('has an example that satisfies its own schema', () => {
    expect(type.name).toBe(name);
    expect(type.schema.parse(type.example)).toEqual(type.example);
  });
});

describe('the meters of a report', () => {
  const parse = (meters: Record<string, unknown>) => {
    const { example } = tenantUsageReported;
    return tenantUsageReported.schema.safeParse({ ...example, data: { ...example.data, meters } }).success;
  };
  const many = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, index) => [`m${index}`, index]));

  it('have any name, and numbers that can be added up', () => {
    expect(parse({ 'api.calls': 0, seats: 12 })).toBe(true);
    expect(parse(many(METERS_PER_REPORT))).toBe(true);
  });

  it.each([
    ['none', {}],
    ['too many', many(METERS_PER_REPORT + 1)],
    ['a negative number', { cpu: -1 }],
    ['infinity', { cpu: Number.POSITIVE_INFINITY }],
    ['a text', { cpu: '4' }],
    ['a name with a space', { 'c p u': 1 }],
    ['a name that is too long', { ['x'.repeat(33)]: 1 }],
  ])('are refused: %s', (_case, meters) => expect(parse(meters)).toBe(false));
});
