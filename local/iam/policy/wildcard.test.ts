import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compilePattern, literalPattern, matchesPattern, matchesWildcard } from './wildcard.ts';

/** The obvious, slow way to say the same. */
function asRegex(pattern: string): RegExp {
  const escaped = pattern.replace(/[.+^${}()|[\]\\]/g, '\\$&');
  return new RegExp(`^${escaped.replaceAll('*', '[^]*').replaceAll('?', '[^]')}$`);
}

describe('wildcards', () => {
  it('agrees with a regular expression on any pattern and text', () => {
    const few = fc
      .array(fc.constantFrom('a', 'b', ':', '*', '?', '.'), { maxLength: 12 })
      .map((parts) => parts.join(''));
    const text = fc.array(fc.constantFrom('a', 'b', ':', '.', '*'), { maxLength: 14 }).map((parts) => parts.join(''));
    let matched = 0;
    fc.assert(
      fc.property(few, text, (pattern, subject) => {
        const expected = asRegex(pattern).test(subject);
        if (expected) matched++;
        expect(matchesWildcard(pattern, subject)).toBe(expected);
      }),
      { numRuns: 5_000 },
    );
    expect(matched).toBeGreaterThan(50);
  });

  it('takes a number of steps that grows with pattern times text, not exponentially', () => {
    const hostile = compilePattern(`${'*a'.repeat(500)}*b`);
    expect(matchesPattern(hostile, 'a'.repeat(20_000))).toBe(false);
  });

  it('takes an asterisk in a literal for an asterisk', () => {
    expect(matchesPattern(literalPattern('a*'), 'abc')).toBe(false);
    expect(matchesPattern(literalPattern('a*'), 'a*')).toBe(true);
  });
});
