/** One finding about a definition, as ValidateStateMachineDefinition reports it. */
export interface Diagnostic {
  readonly severity: 'ERROR' | 'WARNING';
  readonly code:
    | 'INVALID_JSON_DESCRIPTION'
    | 'SCHEMA_VALIDATION_FAILED'
    | 'MISSING_TRANSITION_TARGET'
    | 'MISSING_END_STATE'
    | 'DUPLICATE_STATE_NAME'
    | 'INVALID_JSONATA_EXPRESSION'
    | 'UNSUPPORTED_JSONATA_EXPRESSION';
  readonly message: string;
  /** `/States/NAME/FIELD`; absent for what concerns the whole. */
  readonly location?: string;
}

export type QueryLanguage = 'JSONPath' | 'JSONata';
export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };
export type JsonObject = { [key: string]: Json };

/** What the checks report to, and what they need to know of where they are. */
export interface Inspection {
  readonly type: 'STANDARD' | 'EXPRESS';
  readonly machineLanguage: QueryLanguage;
  schema(message: string, location: string): void;
  report(code: Diagnostic['code'], message: string, location?: string): void;
}

/** Whether `value` is a JSON object. */
export function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Reports fields of `object` that are not among `allowed`. */
export function checkFields(
  inspection: Inspection,
  object: JsonObject,
  allowed: readonly string[],
  location: string,
): void {
  for (const field of Object.keys(object)) {
    if (!allowed.includes(field)) inspection.schema(`Field '${field}' is not supported`, location);
  }
}

/** Reports the fields that are missing, all in one finding. */
export function requireFields(
  inspection: Inspection,
  object: JsonObject,
  required: readonly string[],
  location: string,
): void {
  const missing = required.filter((field) => object[field] === undefined);
  if (missing.length > 0) inspection.schema(`These fields are required: [${missing.join(', ')}]`, location);
}
