import { AwsError } from '../kernel/errors.ts';
import { parseYamlTemplate } from './yaml-template.ts';

/** A JSON value of a template; intrinsic functions are objects with one key. */
export type TemplateValue = string | number | boolean | null | TemplateValue[] | { [key: string]: TemplateValue };
export type TemplateObject = { [key: string]: TemplateValue };

export interface TemplateParameter {
  Type: string;
  Default?: TemplateValue;
  AllowedValues?: TemplateValue[];
  AllowedPattern?: string;
  ConstraintDescription?: string;
  MinLength?: number | string;
  MaxLength?: number | string;
  MinValue?: number | string;
  MaxValue?: number | string;
  NoEcho?: boolean | string;
  Description?: string;
}

export interface TemplateResource {
  Type: string;
  Properties?: TemplateObject;
  DependsOn?: string | string[];
  Condition?: string;
  Metadata?: TemplateObject;
  DeletionPolicy?: TemplateValue;
  UpdateReplacePolicy?: TemplateValue;
  CreationPolicy?: TemplateObject;
  UpdatePolicy?: TemplateObject;
}

export interface TemplateOutput {
  Value: TemplateValue;
  Description?: string;
  Export?: { Name: TemplateValue };
  Condition?: string;
}

/** A template whose sections have the shapes that CloudFormation demands. */
export interface Template {
  Description?: string;
  Transform?: TemplateValue;
  Metadata?: TemplateObject;
  Parameters: Record<string, TemplateParameter>;
  Mappings: Record<string, Record<string, Record<string, TemplateValue>>>;
  Conditions: Record<string, TemplateValue>;
  Rules: Record<string, TemplateObject>;
  Resources: Record<string, TemplateResource>;
  Outputs: Record<string, TemplateOutput>;
}

const SECTIONS = [
  'AWSTemplateFormatVersion',
  'Description',
  'Transform',
  'Metadata',
  'Parameters',
  'Mappings',
  'Conditions',
  'Rules',
  'Resources',
  'Outputs',
  'Hooks',
];
const RESOURCE_ATTRIBUTES = [
  'Type',
  'Properties',
  'DependsOn',
  'Condition',
  'Metadata',
  'DeletionPolicy',
  'UpdateReplacePolicy',
  'CreationPolicy',
  'UpdatePolicy',
];
/** https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html */
const LIMITS = { resources: 500, parameters: 200, outputs: 200, mappings: 200 };

export function validationError(message: string): AwsError {
  return new AwsError('ValidationError', message);
}

/**
 * Reads a JSON or YAML template and checks its shape, sections and limits. Throws ValidationError with CloudFormation's
 * texts. Facts: https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/template-anatomy.html
 */
export function parseTemplate(text: string): Template {
  const raw = readText(text);
  const unknown = Object.keys(raw).filter((section) => !SECTIONS.includes(section));
  if (unknown.length > 0) {
    throw validationError(`Invalid template property or properties [${unknown.join(', ')}]`);
  }
  const version = raw.AWSTemplateFormatVersion;
  if (version !== undefined && version !== '2010-09-09') {
    throw validationError('Template format error: unsupported value for AWSTemplateFormatVersion.');
  }
  for (const transform of [raw.Transform ?? []].flat()) {
    // Its functions are part of the resolver; macros are not run.
    if (transform !== 'AWS::LanguageExtensions')
      throw validationError(`No transform named ${nameOf(transform)} found.`);
  }
  const template: Template = {
    Description: raw.Description === undefined ? undefined : String(raw.Description),
    Transform: raw.Transform,
    Metadata: raw.Metadata === undefined ? undefined : section(raw, 'Metadata'),
    Parameters: section(raw, 'Parameters') as unknown as Template['Parameters'],
    Mappings: section(raw, 'Mappings') as unknown as Template['Mappings'],
    Conditions: section(raw, 'Conditions'),
    Rules: section(raw, 'Rules') as unknown as Template['Rules'],
    Resources: section(raw, 'Resources') as unknown as Template['Resources'],
    Outputs: section(raw, 'Outputs') as unknown as Template['Outputs'],
  };
  if (Object.keys(template.Resources).length === 0) {
    throw validationError('Template format error: At least one Resources member must be defined.');
  }
  for (const [id, resource] of Object.entries(template.Resources)) checkResource(id, resource);
  for (const [id, parameter] of Object.entries(template.Parameters)) checkParameter(id, parameter);
  for (const [id, output] of Object.entries(template.Outputs)) checkOutput(id, output);
  checkLimits(template);
  return template;
}

function nameOf(transform: TemplateValue): string {
  return typeof transform === 'object' ? JSON.stringify(transform) : String(transform);
}

function readText(text: string): TemplateObject {
  let value: unknown;
  if (text.trimStart().startsWith('{')) {
    try {
      value = JSON.parse(text);
    } catch (cause) {
      throw validationError(`Template format error: JSON not well-formed. (${(cause as Error).message})`);
    }
  } else {
    value = parseYamlTemplate(text);
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw validationError('Template format error: unsupported structure.');
  }
  return value as TemplateObject;
}

function section(raw: TemplateObject, name: string): TemplateObject {
  const value = raw[name];
  if (value === undefined) return {};
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw validationError(`Template format error: ${name} must be an object.`);
  }
  return value;
}

function checkResource(id: string, resource: TemplateResource): void {
  if (!/^[A-Za-z0-9]{1,255}$/.test(id)) {
    throw validationError(`Template format error: Resource name ${id} is non alphanumeric.`);
  }
  if (typeof resource !== 'object' || resource === null) {
    throw validationError(`Template format error: [/Resources/${id}] 'null' values are not allowed in templates`);
  }
  const unknown = Object.keys(resource).filter((attribute) => !RESOURCE_ATTRIBUTES.includes(attribute));
  if (unknown.length > 0) throw validationError(`Invalid template resource property '${unknown[0]}'`);
  if (typeof resource.Type !== 'string') {
    throw validationError(
      `Template format error: [/Resources/${id}] Every Resources object must contain a Type member.`,
    );
  }
  for (const policy of ['DeletionPolicy', 'UpdateReplacePolicy'] as const) {
    const value = resource[policy];
    if (typeof value === 'string' && !['Delete', 'Retain', 'Snapshot', 'RetainExceptOnCreate'].includes(value)) {
      throw validationError(`Template format error: Unrecognized ${policy} ${value} for resource ${id}`);
    }
  }
}

function checkParameter(id: string, parameter: TemplateParameter): void {
  if (!/^[A-Za-z0-9]{1,255}$/.test(id)) {
    throw validationError(`Template format error: Parameter name ${id} is non alphanumeric.`);
  }
  if (typeof parameter?.Type !== 'string') {
    throw validationError('Template format error: Every Parameters object must contain a Type member.');
  }
}

function checkOutput(id: string, output: TemplateOutput): void {
  if (!/^[A-Za-z0-9]{1,255}$/.test(id)) {
    throw validationError(`Template format error: Output name ${id} is non alphanumeric.`);
  }
  if (output?.Value === undefined || output.Value === null) {
    throw validationError(
      `Template format error: Output ${id} is malformed. Every Outputs member must contain a Value object`,
    );
  }
}

function checkLimits(template: Template): void {
  for (const [name, maximum] of Object.entries(LIMITS)) {
    const sectionName = `${name[0]?.toUpperCase()}${name.slice(1)}` as 'Resources';
    const count = Object.keys(template[sectionName]).length;
    if (count > maximum) {
      throw validationError(
        `Template format error: Number of ${name}, ${count}, is greater than maximum allowed, ${maximum}`,
      );
    }
  }
}
