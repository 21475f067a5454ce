import { compileArn, matchesArn } from './arn-pattern.ts';
import type { ConditionContext } from './condition-context.ts';
import { inIpRange } from './ip-range.ts';
import { compileTemplate, fillTemplate, fillText } from './variables.ts';
import { matchesPattern } from './wildcard.ts';

/** Compares one value of the request with one value of the policy. */
export type Comparison = (actual: string, context: ConditionContext) => boolean;

/** A condition operator without prefix and suffix. */
export interface Operator {
  /** Makes the comparison with one value of the policy, once per policy. */
  readonly compile: (expected: string, variables: boolean) => Comparison;
  /** `StringNotEquals` and its like: true where the positive comparison holds for no value, and for an absent key. */
  readonly negated: boolean;
}

function text(compare: (actual: string, expected: string) => boolean): Operator['compile'] {
  return (expected, variables) => {
    const template = compileTemplate(expected, variables);
    return (actual, context) => {
      const filled = fillText(template, context);
      return filled !== undefined && compare(actual, filled);
    };
  };
}

const stringLike: Operator['compile'] = (expected, variables) => {
  const template = compileTemplate(expected, variables);
  return (actual, context) => {
    const pattern = fillTemplate(template, context);
    return pattern !== undefined && matchesPattern(pattern, actual);
  };
};

const arnLike: Operator['compile'] = (expected, variables) => {
  const pattern = compileArn(expected, variables);
  return (actual, context) => matchesArn(pattern, actual, context);
};

function numeric(compare: (actual: number, expected: number) => boolean): Operator['compile'] {
  return text((actual, expected) => {
    if (actual.trim() === '' || expected.trim() === '') return false;
    return compare(Number(actual), Number(expected));
  });
}

/** Milliseconds since the epoch of an ISO 8601 date or of epoch seconds; NaN for anything else. */
function dateOf(value: string): number {
  return /^\d+$/.test(value) && value.length > 4 ? Number(value) * 1000 : Date.parse(value);
}

function date(compare: (actual: number, expected: number) => boolean): Operator['compile'] {
  return text((actual, expected) => compare(dateOf(actual), dateOf(expected)));
}

const equals = text((actual, expected) => actual === expected);
const equalsIgnoreCase = text((actual, expected) => actual.toLowerCase() === expected.toLowerCase());
const ipAddress = text((actual, expected) => inIpRange(actual, expected));
const numericEquals = numeric((actual, expected) => actual === expected);
const dateEquals = date((actual, expected) => actual === expected);

const positive = (compile: Operator['compile']): Operator => ({ compile, negated: false });
const negative = (compile: Operator['compile']): Operator => ({ compile, negated: true });

/**
 * Condition operators by lower-case name; `Null` is not here, since it asks for the key and not for its value.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
 */
export const OPERATORS: ReadonlyMap<string, Operator> = new Map([
  ['stringequals', positive(equals)],
  ['stringnotequals', negative(equals)],
  ['stringequalsignorecase', positive(equalsIgnoreCase)],
  ['stringnotequalsignorecase', negative(equalsIgnoreCase)],
  ['stringlike', positive(stringLike)],
  ['stringnotlike', negative(stringLike)],
  ['numericequals', positive(numericEquals)],
  ['numericnotequals', negative(numericEquals)],
  ['numericlessthan', positive(numeric((actual, expected) => actual < expected))],
  ['numericlessthanequals', positive(numeric((actual, expected) => actual <= expected))],
  ['numericgreaterthan', positive(numeric((actual, expected) => actual > expected))],
  ['numericgreaterthanequals', positive(numeric((actual, expected) => actual >= expected))],
  ['dateequals', positive(dateEquals)],
  ['datenotequals', negative(dateEquals)],
  ['datelessthan', positive(date((actual, expected) => actual < expected))],
  ['datelessthanequals', positive(date((actual, expected) => actual <= expected))],
  ['dategreaterthan', positive(date((actual, expected) => actual > expected))],
  ['dategreaterthanequals', positive(date((actual, expected) => actual >= expected))],
  ['bool', positive(equalsIgnoreCase)],
  ['binaryequals', positive(equals)],
  ['ipaddress', positive(ipAddress)],
  ['notipaddress', negative(ipAddress)],
  // ArnEquals and ArnLike behave alike, wildcards included.
  ['arnequals', positive(arnLike)],
  ['arnlike', positive(arnLike)],
  ['arnnotequals', negative(arnLike)],
  ['arnnotlike', negative(arnLike)],
]);
