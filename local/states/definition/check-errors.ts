import type { Inspection, Json } from './diagnostics.ts';
import { checkFields, isObject, type JsonObject, type QueryLanguage, requireFields } from './diagnostics.ts';
import { checkExpressions } from './jsonata-expression.ts';

const RETRIER = [
  'ErrorEquals',
  'IntervalSeconds',
  'MaxAttempts',
  'BackoffRate',
  'MaxDelaySeconds',
  'JitterStrategy',
  'Comment',
];
const CATCHER = ['ErrorEquals', 'Next', 'ResultPath', 'Assign', 'Output', 'Comment'];

/** Checks Retry and Catch. https://docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html */
export function checkErrorHandling(
  inspection: Inspection,
  state: JsonObject,
  language: QueryLanguage,
  location: string,
): void {
  for (const [rule, at] of rulesOf(inspection, state['Retry'], `${location}/Retry`)) {
    checkFields(inspection, rule, RETRIER, at);
    checkRetrier(inspection, rule, at);
  }
  for (const [rule, at] of rulesOf(inspection, state['Catch'], `${location}/Catch`)) {
    checkFields(inspection, rule, CATCHER, at);
    requireFields(inspection, rule, ['Next'], at);
    if (language === 'JSONPath') {
      if (rule['Output'] !== undefined) inspection.schema(foreign('JSONPath', 'Output', 'JSONata'), at);
      continue;
    }
    if (rule['ResultPath'] !== undefined) inspection.schema(foreign('JSONata', 'ResultPath', 'JSONPath'), at);
    for (const field of ['Output', 'Assign']) {
      if (rule[field] !== undefined) checkExpressions(inspection, rule[field], `${at}/${field}`);
    }
  }
}

/** AWS's text for a field of the other query language. */
export function foreign(language: string, field: string, other: string): string {
  return `The QueryLanguage is set to '${language}', but field '${field}' is only supported for the '${other}' QueryLanguage`;
}

/** The rules of a Retry or Catch; ErrorEquals is checked for all of them here. */
function rulesOf(inspection: Inspection, value: Json | undefined, location: string): [JsonObject, string][] {
  if (value === undefined) return [];
  if (!Array.isArray(value)) {
    inspection.schema('Expected value of type Array', location);
    return [];
  }
  const rules: [JsonObject, string][] = [];
  for (const [index, rule] of value.entries()) {
    const at = `${location}[${index}]`;
    if (!isObject(rule)) {
      inspection.schema('Expected value of type Object', at);
      continue;
    }
    rules.push([rule, at]);
    requireFields(inspection, rule, ['ErrorEquals'], at);
    checkErrorEquals(inspection, rule['ErrorEquals'], index === value.length - 1, at);
  }
  return rules;
}

function checkErrorEquals(inspection: Inspection, value: Json | undefined, last: boolean, location: string): void {
  if (value === undefined) return;
  const at = `${location}/ErrorEquals`;
  if (!Array.isArray(value) || value.length === 0 || value.some((name) => typeof name !== 'string')) {
    inspection.schema('Expected value of type Array of String with at least one element', at);
    return;
  }
  if (!value.includes('States.ALL')) return;
  if (value.length > 1) inspection.schema("'States.ALL' can only appear by itself", at);
  if (!last) inspection.schema("'States.ALL' must be in the last element of the list", at);
}

function checkRetrier(inspection: Inspection, rule: JsonObject, location: string): void {
  const number = (field: string, valid: (value: number) => boolean, text: string) => {
    const value = rule[field];
    if (value === undefined) return;
    if (typeof value !== 'number' || !valid(value)) inspection.schema(text, `${location}/${field}`);
  };
  number('IntervalSeconds', (value) => Number.isInteger(value) && value >= 1, 'Expected a positive integer');
  number('MaxAttempts', (value) => Number.isInteger(value) && value >= 0, 'Expected a non-negative integer');
  number('BackoffRate', (value) => value >= 1, 'Expected a number greater than or equal to 1.0');
  number(
    'MaxDelaySeconds',
    (value) => Number.isInteger(value) && value >= 1 && value < 31_622_400,
    'Expected an integer greater than 0 and less than 31622400',
  );
  const jitter = rule['JitterStrategy'];
  if (jitter !== undefined && jitter !== 'FULL' && jitter !== 'NONE') {
    inspection.schema('Expected one of [FULL, NONE]', `${location}/JitterStrategy`);
  }
}
