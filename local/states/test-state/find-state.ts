import { AwsError } from '../../kernel/errors.ts';
import { innerContainers } from '../definition/check-state.ts';
import { isObject, type Json, type JsonObject, type QueryLanguage } from '../definition/diagnostics.ts';

/** The state under test, and the query language it is written in. */
export interface TestedState {
  readonly name: string;
  readonly state: JsonObject;
  readonly language: QueryLanguage;
}

/**
 * The state of a TestState request: the definition itself, or the one called `stateName` anywhere in the machine.
 * Throws InvalidDefinition and ValidationException.
 */
export function findState(definition: string, stateName: string | undefined): TestedState {
  const parsed = parse(definition);
  const isMachine = parsed['States'] !== undefined;
  if (!isMachine) {
    if (stateName !== undefined) throw invalid('stateName can only be given with the definition of a state machine');
    return { name: 'TestState', state: parsed, language: languageOf(parsed['QueryLanguage']) };
  }
  if (stateName === undefined) throw invalid('stateName is required with the definition of a state machine');
  const state = search(parsed, stateName);
  if (!state) throw invalid(`State '${stateName}' not found in definition`);
  return { name: stateName, state, language: languageOf(state['QueryLanguage'] ?? parsed['QueryLanguage']) };
}

function search(container: JsonObject, name: string): JsonObject | undefined {
  const states = container['States'];
  if (!isObject(states)) return undefined;
  const own = Object.hasOwn(states, name) ? states[name] : undefined;
  if (isObject(own)) return own;
  for (const state of Object.values(states)) {
    if (!isObject(state)) continue;
    for (const [inner] of innerContainers(state, '')) {
      const found = search(inner, name);
      if (found) return found;
    }
  }
  return undefined;
}

function parse(definition: string): JsonObject {
  let parsed: Json;
  try {
    parsed = JSON.parse(definition) as Json;
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    const message = `Invalid State Machine Definition: 'INVALID_JSON_DESCRIPTION: ${reason} at null'`;
    throw new AwsError('InvalidDefinition', message, { cause });
  }
  if (isObject(parsed)) return parsed;
  throw new AwsError('InvalidDefinition', "Invalid State Machine Definition: 'Definition must be a JSON object'");
}

function languageOf(value: Json | undefined): QueryLanguage {
  return value === 'JSONata' ? 'JSONata' : 'JSONPath';
}

/** ValidationException with that text. */
export function invalid(message: string): AwsError {
  return new AwsError('ValidationException', message);
}
