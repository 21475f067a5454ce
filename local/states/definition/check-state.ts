import { checkChoices } from './check-choice.ts';
import { checkErrorHandling, foreign } from './check-errors.ts';
import { checkExpressionFields, checkPathFields } from './check-payload.ts';
import { checkResource } from './check-resource.ts';
import {
  checkFields,
  type Inspection,
  isObject,
  type Json,
  type JsonObject,
  type QueryLanguage,
  requireFields,
} from './diagnostics.ts';
import { EXCLUSIVE, foreignFields, STATE_FIELDS, supportedFields } from './state-fields.ts';

/** Checks one state by itself; its transitions and inner states are checked with the graph. */
export function checkState(inspection: Inspection, state: JsonObject, location: string): void {
  const { Type: type } = state;
  requireFields(inspection, state, ['Type'], location);
  if (typeof type !== 'string' || !Object.hasOwn(STATE_FIELDS, type)) {
    if (type !== undefined) inspection.schema(`Value '${String(type)}' is not a valid state type`, `${location}/Type`);
    return;
  }
  const language = languageOf(inspection, state, location);
  checkFields(inspection, state, supportedFields(type), location);
  for (const field of foreignFields(type, language)) {
    // Members that both kinds of a state have are foreign to neither.
    if (state[field] === undefined) continue;
    inspection.schema(foreign(language, field, language === 'JSONPath' ? 'JSONata' : 'JSONPath'), location);
  }
  requireFields(inspection, state, STATE_FIELDS[type]?.required ?? [], location);
  for (const group of EXCLUSIVE) {
    const given = group.filter((field) => state[field] !== undefined);
    if (given.length > 1) inspection.schema(`Only one of these fields is allowed: [${given.join(', ')}]`, location);
  }
  if (type === 'Task') checkResource(inspection, state['Resource'], `${location}/Resource`);
  if (type === 'Choice') checkChoices(inspection, state, language, location);
  if (type === 'Wait') checkWait(inspection, state, location);
  if (type === 'Map' || type === 'Parallel') checkContainers(inspection, state, type, location);
  checkErrorHandling(inspection, state, language, location);
  checkSeconds(inspection, state, location);
  if (language === 'JSONPath') checkPathFields(inspection, state, location);
  else checkExpressionFields(inspection, state, location);
}

/** The state's own language, or the machine's: a Map's or Parallel's is not inherited. */
export function languageOf(inspection: Inspection, state: JsonObject, location: string): QueryLanguage {
  const own = state['QueryLanguage'];
  if (own === undefined) return inspection.machineLanguage;
  if (own === 'JSONPath' && inspection.machineLanguage === 'JSONata') {
    inspection.schema("'QueryLanguage' can not be 'JSONPath' if set to 'JSONata' for whole state machine", location);
  }
  if (own !== 'JSONPath' && own !== 'JSONata') {
    inspection.schema(`Value '${String(own)}' is not one of [JSONPath, JSONata]`, `${location}/QueryLanguage`);
  }
  return own === 'JSONPath' ? 'JSONPath' : 'JSONata';
}

function checkWait(inspection: Inspection, state: JsonObject, location: string): void {
  const given = ['Seconds', 'SecondsPath', 'Timestamp', 'TimestampPath'].filter((field) => state[field] !== undefined);
  if (given.length !== 1) {
    inspection.schema(
      'Exactly one of these fields is required: [Seconds, SecondsPath, Timestamp, TimestampPath]',
      location,
    );
  }
}

function checkContainers(inspection: Inspection, state: JsonObject, type: string, location: string): void {
  if (type === 'Map') {
    if (state['ItemProcessor'] === undefined && state['Iterator'] === undefined) {
      inspection.schema('These fields are required: [ItemProcessor]', location);
    }
    return;
  }
  const branches = state['Branches'];
  if (branches !== undefined && (!Array.isArray(branches) || branches.length === 0)) {
    inspection.schema('Expected value of type Array with at least one element', `${location}/Branches`);
  }
}

/** Literal seconds are positive integers, a heartbeat shorter than the timeout. */
function checkSeconds(inspection: Inspection, state: JsonObject, location: string): void {
  const { TimeoutSeconds: timeout, HeartbeatSeconds: heartbeat, Seconds: seconds } = state;
  const integer = (field: string, value: Json | undefined, least: number) => {
    if (typeof value === 'number' && (!Number.isInteger(value) || value < least || value > 99_999_999)) {
      inspection.schema(`Expected an integer between ${least} and 99999999`, `${location}/${field}`);
    }
  };
  integer('TimeoutSeconds', timeout, 1);
  integer('HeartbeatSeconds', heartbeat, 1);
  integer('Seconds', seconds, 0);
  if (typeof timeout === 'number' && typeof heartbeat === 'number' && heartbeat >= timeout) {
    inspection.schema('HeartbeatSeconds must be smaller than TimeoutSeconds', location);
  }
}

/** The containers of states inside a Map or Parallel, with their locations. */
export function innerContainers(state: JsonObject, location: string): [JsonObject, string][] {
  const found: [Json | undefined, string][] = [];
  if (state['Type'] === 'Map') {
    for (const field of ['ItemProcessor', 'Iterator']) found.push([state[field], `${location}/${field}`]);
  }
  if (state['Type'] === 'Parallel' && Array.isArray(state['Branches'])) {
    for (const [index, branch] of state['Branches'].entries()) found.push([branch, `${location}/Branches[${index}]`]);
  }
  return found.flatMap(([value, at]): [JsonObject, string][] => (isObject(value) ? [[value, at]] : []));
}
