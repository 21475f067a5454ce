import { type Template, type TemplateParameter, validationError } from './template.ts';

/** A parameter as a caller gives it. */
export interface ParameterInput {
  ParameterKey: string;
  ParameterValue?: string;
  UsePreviousValue?: boolean | string;
}

const SSM_VALUE = /^AWS::SSM::Parameter::Value<(.+)>$/;

/**
 * Text of every parameter of the template from the caller's values, the stack's previous ones and the defaults.
 * Throws ValidationError with CloudFormation's texts for missing, unknown and not allowed values.
 * https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/parameters-section-structure.html
 */
export function parameterTexts(
  template: Template,
  given: readonly ParameterInput[],
  previous: Readonly<Record<string, string>> = {},
): Record<string, string> {
  const unknown = given.map((item) => item.ParameterKey).filter((key) => !(key in template.Parameters));
  if (unknown.length > 0) throw validationError(`Parameters: [${unknown.join(', ')}] do not exist in the template`);
  const inputs = new Map(given.map((item) => [item.ParameterKey, item]));
  const texts: Record<string, string> = {};
  const missing: string[] = [];
  for (const [key, declaration] of Object.entries(template.Parameters)) {
    const input = inputs.get(key);
    const usePrevious = String(input?.UsePreviousValue ?? false) === 'true';
    const text = (usePrevious ? previous[key] : input?.ParameterValue) ?? defaultText(declaration);
    if (text === undefined) missing.push(key);
    else texts[key] = String(text);
  }
  if (missing.length > 0) throw validationError(`Parameters: [${missing.join(', ')}] must have values`);
  for (const [key, declaration] of Object.entries(template.Parameters)) check(key, declaration, texts[key] ?? '');
  return texts;
}

/** Keys and types of the parameters whose text is the name of an SSM parameter. */
export function ssmParameters(template: Template): { key: string; type: string }[] {
  return Object.entries(template.Parameters).flatMap(([key, declaration]) => {
    const type = SSM_VALUE.exec(declaration.Type)?.[1];
    return type === undefined ? [] : [{ key, type }];
  });
}

/** The value that `Ref` yields: a list for list types, text for all others. */
export function parameterValue(type: string, text: string): string | string[] {
  const inner = SSM_VALUE.exec(type)?.[1] ?? type;
  if (inner === 'CommaDelimitedList' || inner.startsWith('List<')) return text.split(',').map((item) => item.trim());
  return text;
}

function defaultText(declaration: TemplateParameter): string | undefined {
  return declaration.Default === undefined ? undefined : String(declaration.Default);
}

function check(key: string, declaration: TemplateParameter, text: string): void {
  const constraint = declaration.ConstraintDescription;
  const refuse = (reason: string): never => {
    throw validationError(constraint ? `Parameter '${key}' failed to satisfy constraint: ${constraint}` : reason);
  };
  if (declaration.Type === 'Number' && (text.trim() === '' || Number.isNaN(Number(text)))) {
    throw validationError(`Parameter '${key}' must be a number.`);
  }
  const allowed = declaration.AllowedValues?.map(String);
  if (allowed && !allowed.includes(text)) {
    refuse(`Parameter '${key}' must be one of AllowedValues`);
  }
  if (declaration.AllowedPattern !== undefined && !new RegExp(`^(?:${declaration.AllowedPattern})$`).test(text)) {
    refuse(`Parameter '${key}' must match pattern ${declaration.AllowedPattern}`);
  }
  if (declaration.MinLength !== undefined && text.length < Number(declaration.MinLength)) {
    refuse(`Parameter '${key}' must contain at least ${declaration.MinLength} characters`);
  }
  if (declaration.MaxLength !== undefined && text.length > Number(declaration.MaxLength)) {
    refuse(`Parameter '${key}' must contain at most ${declaration.MaxLength} characters`);
  }
  if (declaration.MinValue !== undefined && Number(text) < Number(declaration.MinValue)) {
    refuse(`Parameter '${key}' must be a number not less than ${declaration.MinValue}`);
  }
  if (declaration.MaxValue !== undefined && Number(text) > Number(declaration.MaxValue)) {
    refuse(`Parameter '${key}' must be a number not greater than ${declaration.MaxValue}`);
  }
}
