import { cidrBlocks } from './cidr.ts';
import { type TemplateObject, type TemplateValue, validationError } from './template.ts';

/** What `Ref: AWS::NoValue` stands for: the property or element disappears. */
export const NO_VALUE = Symbol('AWS::NoValue');
export type Resolved = unknown;

/** Where the functions of a template find their values. Lookups throw ValidationError for what does not exist. */
export interface Scope {
  /** Parameters, pseudo parameters and resources. */
  ref(name: string): Resolved;
  attribute(logicalId: string, name: string): Resolved;
  condition(name: string): boolean;
  mapping(map: string, first: string, second: string): TemplateValue | undefined;
  importValue(exportName: string): string;
  availabilityZones(region: string): string[];
}

/**
 * Evaluates every intrinsic function inside `value`.
 * https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference.html
 */
export function resolve(value: TemplateValue | undefined, scope: Scope): Resolved {
  if (Array.isArray(value)) return value.map((item) => resolve(item, scope)).filter((item) => item !== NO_VALUE);
  if (typeof value !== 'object' || value === null) return value;
  const call = functionCall(value);
  if (call) {
    const run = FUNCTIONS[call.name];
    if (!run) throw validationError(`Template error: unknown intrinsic function ${call.name}`);
    return run(call.argument, scope);
  }
  const members: Record<string, Resolved> = {};
  for (const [key, member] of Object.entries(value)) {
    const resolved = resolve(member, scope);
    if (resolved !== NO_VALUE) members[key] = resolved;
  }
  return members;
}

/** The intrinsic function that an object is, if it is one. */
export function functionCall(value: TemplateObject): { name: string; argument: TemplateValue } | undefined {
  const keys = Object.keys(value);
  const name = keys[0];
  if (keys.length !== 1 || name === undefined) return undefined;
  if (name !== 'Ref' && !name.startsWith('Fn::')) return undefined;
  return { name, argument: value[name] as TemplateValue };
}

/** Truth of a condition expression: `Fn::And`, `Fn::Or`, `Fn::Not`, `Fn::Equals` or `{Condition: name}`. */
export function evaluateCondition(expression: TemplateValue, scope: Scope): boolean {
  if (typeof expression === 'object' && expression !== null && !Array.isArray(expression)) {
    const [name, argument] = Object.entries(expression)[0] ?? [];
    const operands = Array.isArray(argument) ? argument : [];
    switch (name) {
      case 'Condition':
        return scope.condition(String(argument));
      case 'Fn::And':
        return operands.every((operand) => evaluateCondition(operand, scope));
      case 'Fn::Or':
        return operands.some((operand) => evaluateCondition(operand, scope));
      case 'Fn::Not':
        return !evaluateCondition(operands[0] ?? false, scope);
      case 'Fn::Equals':
        return sameValue(resolve(operands[0], scope), resolve(operands[1], scope));
    }
  }
  throw validationError(
    'Template format error: Conditions can only be boolean operations on parameters and other conditions',
  );
}

function sameValue(left: Resolved, right: Resolved): boolean {
  const text = (value: Resolved) => (typeof value === 'object' ? JSON.stringify(value) : String(value));
  return text(left) === text(right);
}

type Intrinsic = (argument: TemplateValue, scope: Scope) => Resolved;

const FUNCTIONS: Readonly<Record<string, Intrinsic>> = {
  Ref: (argument, scope) => (argument === 'AWS::NoValue' ? NO_VALUE : scope.ref(textOf('Ref', argument))),
  'Fn::GetAtt': getAttribute,
  'Fn::Sub': substitute,
  'Fn::Join': join,
  'Fn::Select': select,
  'Fn::Split': split,
  'Fn::If': chooseBranch,
  'Fn::FindInMap': findInMap,
  'Fn::ImportValue': (argument, scope) => scope.importValue(textOf('Fn::ImportValue', resolve(argument, scope))),
  'Fn::GetAZs': (argument, scope) =>
    scope.availabilityZones(textOf('Fn::GetAZs', resolve(argument, scope)) || String(scope.ref('AWS::Region'))),
  'Fn::Base64': (argument, scope) => Buffer.from(textOf('Fn::Base64', resolve(argument, scope))).toString('base64'),
  'Fn::Cidr': (argument, scope) => {
    const [block, count, bits] = listOf('Fn::Cidr', resolve(argument, scope));
    return cidrBlocks(String(block), Number(count), bits === undefined ? undefined : Number(bits));
  },
  'Fn::Length': (argument, scope) => listOf('Fn::Length', resolve(argument, scope)).length,
  'Fn::ToJsonString': (argument, scope) => JSON.stringify(resolve(argument, scope)),
};

function getAttribute(argument: TemplateValue, scope: Scope): Resolved {
  const { logicalId, attribute } = attributeReference(argument, scope);
  return scope.attribute(logicalId, attribute);
}

/** `["Queue", "Arn"]` or "Queue.Arn" as its two parts. The attribute name may be a Ref; the logical id may not. */
export function attributeReference(argument: TemplateValue, scope?: Scope): { logicalId: string; attribute: string } {
  if (typeof argument === 'string') {
    const dot = argument.indexOf('.');
    return { logicalId: argument.slice(0, dot), attribute: argument.slice(dot + 1) };
  }
  const [logicalId, ...attribute] = Array.isArray(argument) ? argument : [];
  if (typeof logicalId !== 'string' || attribute.length === 0) {
    throw validationError(
      'Template error: every Fn::GetAtt object requires two non-empty parameters, the resource name and the resource attribute',
    );
  }
  return { logicalId, attribute: attribute.map((part) => String(scope ? resolve(part, scope) : part)).join('.') };
}

/** Names inside `${…}` of a Fn::Sub text; `${!literal}` is none. */
export function substitutionNames(text: string): string[] {
  return [...text.matchAll(/\$\{([^!${}][^${}]*)\}/g)].map((match) => (match[1] ?? '').trim());
}

function substitute(argument: TemplateValue, scope: Scope): Resolved {
  const [text, variables] = Array.isArray(argument) ? argument : [argument, {}];
  if (typeof text !== 'string') {
    throw validationError(
      "Template error: One or more Fn::Sub intrinsic functions don't specify expected arguments. Specify a string as first argument, and an optional second argument to specify a mapping of values to replace in the string",
    );
  }
  const own = (variables ?? {}) as TemplateObject;
  return text
    .replace(/\$\{([^!${}][^${}]*)\}/g, (_, found: string) => {
      const name = found.trim();
      if (Object.hasOwn(own, name)) return textOf('Fn::Sub', resolve(own[name], scope));
      const dot = name.indexOf('.');
      return textOf('Fn::Sub', dot < 0 ? scope.ref(name) : scope.attribute(name.slice(0, dot), name.slice(dot + 1)));
    })
    .replace(/\$\{!([^{}]+)\}/g, '$${$1}');
}

function join(argument: TemplateValue, scope: Scope): Resolved {
  const [delimiter, values] = Array.isArray(argument) ? argument : [];
  const list = resolve(values, scope);
  if (typeof delimiter !== 'string' || !Array.isArray(list)) {
    throw validationError(
      'Template error: every Fn::Join object requires two parameters, (1) a string delimiter and (2) a list of strings to be joined or a function that returns a list of strings (such as Fn::GetAZs) to be joined.',
    );
  }
  return list.map((item) => textOf('Fn::Join', item)).join(delimiter);
}

function select(argument: TemplateValue, scope: Scope): Resolved {
  const [position, values] = Array.isArray(argument) ? argument : [];
  const index = Number(resolve(position, scope));
  const list = resolve(values, scope);
  if (!Array.isArray(list)) {
    throw validationError(
      'Template error: Fn::Select requires a list argument with two elements: an integer index and a list',
    );
  }
  if (!Number.isInteger(index) || index < 0 || index >= list.length) {
    throw validationError(`Template error: Fn::Select cannot select nonexistent value at index ${index}`);
  }
  return list[index];
}

function split(argument: TemplateValue, scope: Scope): Resolved {
  const [delimiter, source] = Array.isArray(argument) ? argument : [];
  if (typeof delimiter !== 'string' || delimiter === '') {
    throw validationError(
      'Template error: every Fn::Split object requires two parameters, (1) a string delimiter and (2) a string to be split or a function that returns a string to be split.',
    );
  }
  return textOf('Fn::Split', resolve(source, scope)).split(delimiter);
}

function chooseBranch(argument: TemplateValue, scope: Scope): Resolved {
  if (!Array.isArray(argument) || argument.length !== 3 || typeof argument[0] !== 'string') {
    throw validationError('Template error: Fn::If requires a list argument with three elements');
  }
  return resolve(scope.condition(argument[0]) ? argument[1] : argument[2], scope);
}

function findInMap(argument: TemplateValue, scope: Scope): Resolved {
  const [map, first, second, options] = Array.isArray(argument) ? argument : [];
  const keys = [map, first, second].map((key) => textOf('Fn::FindInMap', resolve(key, scope)));
  const [mapName = '', firstKey = '', secondKey = ''] = keys;
  const found = scope.mapping(mapName, firstKey, secondKey);
  if (found !== undefined) return found;
  if (typeof options === 'object' && options !== null && 'DefaultValue' in options) {
    return resolve((options as TemplateObject).DefaultValue, scope);
  }
  throw validationError(`Template error: Unable to get mapping for ${mapName}::${firstKey}::${secondKey}`);
}

function textOf(name: string, value: Resolved): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  throw validationError(`Template error: the argument of ${name} must resolve to a string`);
}

function listOf(name: string, value: Resolved): Resolved[] {
  if (Array.isArray(value)) return value;
  throw validationError(`Template error: the argument of ${name} must resolve to a list`);
}
