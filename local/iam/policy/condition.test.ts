import { describe, expect, it } from 'vitest';
import { compileCondition, parseOperator } from './condition.ts';
import { conditionContext } from './condition-context.ts';

type Values = string | readonly string[] | undefined;

/** Whether `{ operator: { 'x:key': expected } }` holds for a request whose key has these values. */
function holds(operator: string, expected: string | string[], actual: Values): boolean {
  return compileCondition(operator, 'X:Key', [expected].flat(), true)(conditionContext({ 'x:KEY': actual }));
}

describe('condition operators', () => {
  it.each([
    ['StringEquals', 'a', 'a', true],
    ['StringEquals', ['b', 'a'], 'a', true],
    ['StringEquals', 'a', 'A', false],
    ['StringEquals', 'a*', 'ab', false],
    ['StringNotEquals', ['a', 'b'], 'a', false],
    ['StringNotEquals', ['a', 'b'], 'c', true],
    ['StringEqualsIgnoreCase', 'a', 'A', true],
    ['StringNotEqualsIgnoreCase', 'a', 'A', false],
    ['StringLike', 'a*c?', 'abbcd', true],
    ['StringNotLike', 'a*', 'abc', false],
    ['NumericEquals', '10', '10.0', true],
    ['NumericNotEquals', '10', '11', true],
    ['NumericLessThan', '10', '9', true],
    ['NumericLessThan', '10', '10', false],
    ['NumericLessThanEquals', '10', '10', true],
    ['NumericGreaterThan', '10', 'ten', false],
    ['NumericGreaterThanEquals', '10', '11', true],
    ['DateEquals', '2026-11-22T00:00:00Z', '2026-11-22T00:00:00.000Z', true],
    ['DateLessThan', '2026-11-22T00:00:00Z', '2026-11-21T23:59:59Z', true],
    ['DateGreaterThan', '1700000000', '2026-11-21T23:59:59Z', true],
    ['DateNotEquals', '2026-11-22', '2026-11-22T00:00:00Z', false],
    ['Bool', 'true', 'true', true],
    ['Bool', 'True', 'false', false],
    ['BinaryEquals', 'QmluYXJ5', 'QmluYXJ5', true],
    ['IpAddress', '10.0.0.0/8', '10.200.3.4', true],
    ['IpAddress', '2001:db8::/32', '2001:db8:1::1', true],
    ['IpAddress', '10.0.0.0/8', '11.0.0.1', false],
    ['NotIpAddress', '10.0.0.0/8', '11.0.0.1', true],
    ['ArnEquals', 'arn:aws:events:*:111111111111:rule/*', 'arn:aws:events:us-east-1:111111111111:rule/a', true],
    ['ArnLike', 'arn:aws:events:*:rule/a', 'arn:aws:events:us-east-1:111111111111:rule/a', false],
    ['ArnNotLike', 'arn:aws:iam::111111111111:role/x*', 'arn:aws:iam::111111111111:role/xy', false],
  ] as const)('%s %j against %j is %s', (operator, expected, actual, outcome) => {
    expect(holds(operator, expected as string | string[], actual)).toBe(outcome);
  });

  it('hold for an absent key only where they are negated, or with IfExists', () => {
    expect(holds('StringEquals', 'a', undefined)).toBe(false);
    expect(holds('StringNotEquals', 'a', undefined)).toBe(true);
    expect(holds('ArnNotLike', 'arn:aws:iam::*:role/x', undefined)).toBe(true);
    expect(holds('NumericLessThan', '1', undefined)).toBe(false);
    expect(holds('StringEqualsIfExists', 'a', undefined)).toBe(true);
    expect(holds('StringEqualsIfExists', 'a', 'b')).toBe(false);
  });

  it('compare sets with ForAllValues and ForAnyValue', () => {
    const tags = ['team', 'cost'];
    expect(holds('ForAllValues:StringEquals', ['team', 'cost', 'env'], tags)).toBe(true);
    expect(holds('ForAllValues:StringEquals', ['team'], tags)).toBe(false);
    expect(holds('ForAllValues:StringEquals', ['team'], undefined)).toBe(true);
    expect(holds('ForAnyValue:StringEquals', ['team'], tags)).toBe(true);
    expect(holds('ForAnyValue:StringEquals', ['env'], tags)).toBe(false);
    expect(holds('ForAnyValue:StringEquals', ['team'], undefined)).toBe(false);
    expect(holds('ForAnyValue:StringNotEquals', ['team'], tags)).toBe(true);
    expect(holds('ForAllValues:StringNotEquals', ['team'], tags)).toBe(false);
    expect(holds('ForAnyValue:StringLike', ['c*'], tags)).toBe(true);
  });

  it('ask with Null whether the key is there', () => {
    expect(holds('Null', 'true', undefined)).toBe(true);
    expect(holds('Null', 'false', undefined)).toBe(false);
    expect(holds('Null', 'false', 'x')).toBe(true);
  });

  it('are told apart from what is none', () => {
    expect(parseOperator('ForAllValues:StringLikeIfExists')).toEqual({
      set: 'forallvalues',
      base: 'stringlike',
      ifExists: true,
    });
    for (const wrong of ['StringMatches', 'ForSome:StringEquals', 'NullIfExists', '']) {
      expect(parseOperator(wrong)).toBeUndefined();
    }
  });
});
