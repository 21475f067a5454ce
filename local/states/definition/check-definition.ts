import { AwsError } from '../../kernel/errors.ts';
import { checkContainer } from './check-graph.ts';
import { type Diagnostic, type Inspection, isObject, type Json } from './diagnostics.ts';

/** Deployments create the same definition again and again; a hundred texts of up to 1 MB are kept. */
const MOST_CACHED = 100;
const cache = new Map<string, readonly Diagnostic[]>();

/** Deeper JSON is refused before anything walks it. */
const DEEPEST = 1000;

/**
 * All findings about a definition, in AWS's words where they are known.
 * https://docs.aws.amazon.com/step-functions/latest/apireference/API_ValidateStateMachineDefinition.html
 */
export function diagnose(definition: string, type: 'STANDARD' | 'EXPRESS'): readonly Diagnostic[] {
  const key = `${type}${definition}`;
  const known = cache.get(key);
  if (known) return known;
  const diagnostics = inspect(definition, type);
  const [oldest] = cache.keys();
  if (cache.size >= MOST_CACHED && oldest !== undefined) cache.delete(oldest);
  cache.set(key, diagnostics);
  return diagnostics;
}

/** Throws InvalidDefinition when there is an error in the definition. */
export function checkDefinition(definition: string, type: 'STANDARD' | 'EXPRESS'): void {
  const errors = diagnose(definition, type).filter(({ severity }) => severity === 'ERROR');
  if (errors.length === 0) return;
  const texts = errors.map(({ code, message, location }) => `${code}: ${message} at ${location ?? null}`);
  throw new AwsError('InvalidDefinition', `Invalid State Machine Definition: '${texts.join(', ')}'`);
}

function inspect(text: string, type: 'STANDARD' | 'EXPRESS'): Diagnostic[] {
  const diagnostics: Diagnostic[] = [];
  let machine: Json;
  try {
    machine = JSON.parse(text) as Json;
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return [{ severity: 'ERROR', code: 'INVALID_JSON_DESCRIPTION', message }];
  }
  if (!isObject(machine)) {
    return [{ severity: 'ERROR', code: 'INVALID_JSON_DESCRIPTION', message: 'Definition must be a JSON object' }];
  }
  if (depthExceeds(machine, DEEPEST)) {
    const message = `Document nesting depth exceeds the maximum allowed (${DEEPEST})`;
    return [{ severity: 'ERROR', code: 'INVALID_JSON_DESCRIPTION', message }];
  }
  const language = machine['QueryLanguage'];
  const inspection: Inspection = {
    type,
    machineLanguage: language === undefined || language === 'JSONPath' ? 'JSONPath' : 'JSONata',
    schema: (message, location) => inspection.report('SCHEMA_VALIDATION_FAILED', message, location),
    report: (code, message, location) =>
      diagnostics.push({ severity: 'ERROR', code, message, ...(location !== undefined && { location }) }),
  };
  if (language !== undefined && language !== 'JSONPath' && language !== 'JSONata') {
    inspection.schema(`Value '${String(language)}' is not one of [JSONPath, JSONata]`, '/QueryLanguage');
  }
  checkContainer(inspection, machine, '', new Set(), ['Version', 'TimeoutSeconds', 'QueryLanguage']);
  return diagnostics;
}

/** Walks level by level, so that hostile nesting cannot exhaust the stack. */
function depthExceeds(value: Json, limit: number): boolean {
  let level: Json[] = [value];
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > limit) return true;
    level = level.flatMap((item) => (typeof item === 'object' && item !== null ? Object.values(item) : []));
  }
  return false;
}
