import type { Inspection, Json } from './diagnostics.ts';
import { isObject } from './diagnostics.ts';
import { checkExpressions } from './jsonata-expression.ts';

/** Fields of JSONPath states that are templates with `.$` members. */
const TEMPLATES = ['Parameters', 'ResultSelector', 'ItemSelector', 'Assign', 'Credentials'];
/** Fields of JSONPath states that hold a path; null discards. */
const PATH_FIELDS = [
  'InputPath',
  'OutputPath',
  'ResultPath',
  'ItemsPath',
  'SecondsPath',
  'TimestampPath',
  'TimeoutSecondsPath',
  'HeartbeatSecondsPath',
];

/** Checks the data-flow fields of a JSONPath state. */
export function checkPathFields(inspection: Inspection, state: Record<string, Json>, location: string): void {
  for (const field of PATH_FIELDS) {
    const value = state[field];
    if (value === undefined || value === null) continue;
    if (typeof value !== 'string' || !/^(\$|States\.)/.test(value)) {
      inspection.schema('Value is not a valid JSONPath', `${location}/${field}`);
    } else if (field === 'ResultPath' && (value.startsWith('$$') || !isReferencePath(value))) {
      inspection.schema(
        'Value is not a Reference Path. Reference Paths can only contain simple member access',
        `${location}/${field}`,
      );
    }
  }
  for (const field of TEMPLATES) {
    const value = state[field];
    if (value !== undefined) checkTemplate(inspection, value, `${location}/${field}`);
  }
}

/** No wildcards, filters, slices or descents. */
function isReferencePath(path: string): boolean {
  return !/(\*|\.\.|\[\?|\?\(|,\s*\d|:\d)/.test(path);
}

function checkTemplate(inspection: Inspection, value: Json, location: string): void {
  if (Array.isArray(value)) {
    for (const [index, item] of value.entries()) checkTemplate(inspection, item, `${location}[${index}]`);
    return;
  }
  if (!isObject(value)) return;
  for (const [key, item] of Object.entries(value)) {
    if (!key.endsWith('.$')) {
      checkTemplate(inspection, item, `${location}/${key}`);
    } else if (typeof item !== 'string' || !/^(\$|States\.)/.test(item)) {
      const message = `The value for the field '${key}' must be a valid JSONPath or a valid intrinsic function call`;
      inspection.schema(message, location);
    }
  }
}

/** Fields of JSONata states that may hold expressions. Choice rules, branches and processors are walked on their own. */
const EXPRESSION_FIELDS = [
  'Arguments',
  'Output',
  'Assign',
  'Credentials',
  'Items',
  'ItemSelector',
  'Seconds',
  'Timestamp',
  'TimeoutSeconds',
  'HeartbeatSeconds',
  'MaxConcurrency',
  'ToleratedFailureCount',
  'ToleratedFailurePercentage',
  'Error',
  'Cause',
];

/** Checks the expressions of a JSONata state. */
export function checkExpressionFields(inspection: Inspection, state: Record<string, Json>, location: string): void {
  for (const field of EXPRESSION_FIELDS) {
    const value = state[field];
    if (value !== undefined) checkExpressions(inspection, value, `${location}/${field}`);
  }
}
