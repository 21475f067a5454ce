import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { accessKeyId, accountOfAccessKey, uniqueId } from './identifiers.ts';

describe('identifiers', () => {
  it('carry the account in an access key id', () => {
    const account = fc.integer({ min: 0, max: 999_999_999_999 }).map((number) => String(number).padStart(12, '0'));
    fc.assert(
      fc.property(account, fc.constantFrom('AKIA' as const, 'ASIA' as const), (accountId, prefix) => {
        const id = accessKeyId(prefix, accountId);
        expect(id).toMatch(/^A[KS]IA[A-Z2-7]{16}$/);
        expect(accountOfAccessKey(id)).toBe(accountId);
      }),
    );
    expect(accountOfAccessKey('AKIA1')).toBeUndefined();
  });

  it('have the form of their kind', () => {
    expect(uniqueId('AROA')).toMatch(/^AROA[A-Z2-7]{17}$/);
    expect(new Set(Array.from({ length: 100 }, () => uniqueId('AIDA'))).size).toBe(100);
  });
});
