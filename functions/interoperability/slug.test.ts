import fc from 'fast-check';
import { expect, it } from 'vitest';
import { tenantId } from '../../events/tenant-id.ts';
import { slugCandidates } from './slug.ts';

const UUID = 'f2f1c0de-7a44-4c3b-9a3e-1d2c3b4a5f60';

it.each([
  ['Acme', 'acme'],
  ['Müller & Söhne GmbH', 'muller-sohne-gmbh'],
  ['3M', 't-3m'],
  ['  --Acme--  ', 'acme'],
  ['A very long name of a company in the tropics', 'a-very-long-name-of-a-company-in'],
  ['exactly-thirty-one-characters-- x', 'exactly-thirty-one-characters-x'],
])('%j becomes %s', (name, slug) => {
  expect(slugCandidates(name, UUID)[0]).toBe(slug);
});

it.each(['admin', 'AB', '株式会社', '', undefined])('%j is no slug by itself and gets a hash', (name) => {
  for (const slug of slugCandidates(name, UUID)) expect(slug).toMatch(/-[0-9a-f]{4,16}$/);
});

it('gives valid ids only, four at most and three at least, the same for the same tenant', () => {
  const property = fc.property(
    fc.string({ unit: fc.constantFrom(...'abZ09 -_.&üß株🙂\n'), maxLength: 60 }),
    fc.uuid(),
    (name, uuid) => {
      const candidates = slugCandidates(name, uuid);
      expect(candidates).toEqual(slugCandidates(name, uuid));
      expect(new Set(candidates).size).toBe(candidates.length);
      expect([3, 4]).toContain(candidates.length);
      for (const candidate of candidates) tenantId.parse(candidate);
    },
  );
  fc.assert(property, { numRuns: 100, seed: 7 });
});

it('tells tenants of one name apart', () => {
  const [first, second] = [
    slugCandidates('Acme', UUID),
    slugCandidates('Acme', '0b9c8d7e-1111-4222-8333-444455556666'),
  ];
  expect(first[0]).toBe(second[0]);
  for (const slug of first.slice(1)) expect(second).not.toContain(slug);
});
