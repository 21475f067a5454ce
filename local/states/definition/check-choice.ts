import type { Inspection, Json } from './diagnostics.ts';
import { isObject, type JsonObject, type QueryLanguage } from './diagnostics.ts';
import { checkExpressions } from './jsonata-expression.ts';

const OPERATOR =
  /^(String|Numeric|Timestamp)(Equals|LessThan|GreaterThan|LessThanEquals|GreaterThanEquals)(Path)?$|^StringMatches$|^BooleanEquals(Path)?$|^Is(Null|Present|Numeric|String|Boolean|Timestamp)$/;

/** Checks the rules of a Choice. https://docs.aws.amazon.com/step-functions/latest/dg/state-choice.html */
export function checkChoices(
  inspection: Inspection,
  state: JsonObject,
  language: QueryLanguage,
  location: string,
): void {
  const choices = state['Choices'];
  if (choices === undefined) return;
  if (!Array.isArray(choices) || choices.length === 0) {
    inspection.schema('Expected value of type Array with at least one element', `${location}/Choices`);
    return;
  }
  for (const [index, rule] of choices.entries()) {
    const at = `${location}/Choices[${index}]`;
    if (!isObject(rule)) {
      inspection.schema('Expected value of type Object', at);
      continue;
    }
    if (rule['Next'] === undefined) inspection.schema('These fields are required: [Next]', at);
    if (language === 'JSONata') checkCondition(inspection, rule, at);
    else checkRule(inspection, rule, at, true);
  }
}

function checkCondition(inspection: Inspection, rule: JsonObject, location: string): void {
  const { Condition: condition } = rule;
  if (condition === undefined) inspection.schema('These fields are required: [Condition]', location);
  for (const field of ['Condition', 'Assign', 'Output']) {
    if (rule[field] !== undefined) checkExpressions(inspection, rule[field], `${location}/${field}`);
  }
}

function checkRule(inspection: Inspection, rule: Json, location: string, top: boolean): void {
  if (!isObject(rule)) {
    inspection.schema('Expected value of type Object', location);
    return;
  }
  const fields = Object.keys(rule).filter((field) => !['Comment', 'Assign', ...(top ? ['Next'] : [])].includes(field));
  const [combination] = fields.filter((field) => ['And', 'Or', 'Not'].includes(field));
  if (combination) {
    const value = rule[combination];
    const inner = combination === 'Not' ? [value] : Array.isArray(value) ? value : [];
    if (inner.length === 0) inspection.schema('Expected value of type Array with at least one element', location);
    for (const [index, child] of inner.entries()) {
      checkRule(inspection, child ?? null, `${location}/${combination}[${index}]`, false);
    }
    return;
  }
  if (rule['Variable'] === undefined) inspection.schema('These fields are required: [Variable]', location);
  const operators = fields.filter((field) => field !== 'Variable');
  if (operators.length !== 1 || !OPERATOR.test(operators[0] ?? '')) {
    const unknown = operators.find((field) => !OPERATOR.test(field));
    inspection.schema(
      unknown ? `Field '${unknown}' is not supported` : 'Exactly one comparison operator is required',
      location,
    );
  }
}
