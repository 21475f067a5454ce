import type { ConditionContext } from './condition-context.ts';
import { type Comparison, OPERATORS, type Operator } from './operators.ts';

/** One compiled line of a Condition block. */
export type Condition = (context: ConditionContext) => boolean;

/** An operator as written: `ForAllValues:StringLikeIfExists`. */
export interface OperatorName {
  readonly set?: 'forallvalues' | 'foranyvalue';
  readonly base: string;
  readonly ifExists: boolean;
}

/** Splits prefix and suffix off; undefined if there is no such operator. */
export function parseOperator(name: string): OperatorName | undefined {
  const match = /^(?:(forallvalues|foranyvalue):)?(.+?)(ifexists)?$/.exec(name.toLowerCase());
  const [, set, base, suffix] = match ?? [];
  if (base === undefined || (base !== 'null' && !OPERATORS.has(base))) return undefined;
  // There is no NullIfExists: Null itself asks whether the key exists.
  if (base === 'null' && suffix) return undefined;
  return { ...(set && { set: set as NonNullable<OperatorName['set']> }), base, ifExists: suffix !== undefined };
}

/**
 * Compiles `{ operator: { key: values } }`. Several values of the policy are alternatives.
 * Throws for an unknown operator: the document has to be validated before.
 */
export function compileCondition(
  operatorName: string,
  key: string,
  values: readonly string[],
  variables: boolean,
): Condition {
  const name = parseOperator(operatorName);
  if (!name) throw new Error(`no such condition operator: ${operatorName}`);
  const lowerKey = key.toLowerCase();
  if (name.base === 'null') {
    return (context) => {
      const missing = (context(lowerKey) ?? []).length === 0;
      return values.some((value) => value.toLowerCase() === String(missing));
    };
  }
  const operator = OPERATORS.get(name.base);
  if (!operator) throw new Error(`no such condition operator: ${operatorName}`);
  const comparisons = values.map((value) => operator.compile(value, variables));
  return (context) => holds(name, operator, comparisons, context(lowerKey), context);
}

/** https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-single-vs-multi-valued-context-keys.html */
function holds(
  name: OperatorName,
  operator: Operator,
  comparisons: readonly Comparison[],
  actual: readonly string[] | undefined,
  context: ConditionContext,
): boolean {
  const present = actual !== undefined && actual.length > 0;
  if (!present) {
    if (name.set === 'forallvalues' || name.ifExists) return true;
    return name.set === 'foranyvalue' ? false : operator.negated;
  }
  const matches = (value: string) => comparisons.some((comparison) => comparison(value, context)) !== operator.negated;
  // Without a set operator a negated comparison must hold for every value, or a second value would slip past it.
  const every = name.set === 'forallvalues' || (name.set === undefined && operator.negated);
  return every ? actual.every(matches) : actual.some(matches);
}
