import type { OperationInput, RequestContext } from '../../kernel/service.ts';
import type { Engine } from '../engine.ts';
import { parseTemplate, type Template } from '../template.ts';
import { requiredCapabilities, requireTemplateText } from './stack-input.ts';

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_GetTemplate.html */
export function getTemplate(engine: Engine, input: OperationInput, context: RequestContext) {
  const stack = engine.stacks.require(context.accountId, context.region, String(input.StackName));
  const text = engine.stacks.templateText(stack.stackId);
  return { TemplateBody: text, StagesAvailable: ['Original', 'Processed'] };
}

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_ValidateTemplate.html */
export async function validateTemplate(engine: Engine, input: OperationInput, context: RequestContext) {
  const template = parseTemplate(await requireTemplateText(engine, input, context));
  const { capabilities, reason } = requiredCapabilities(template);
  return {
    Description: template.Description,
    Parameters: Object.entries(template.Parameters).map(([ParameterKey, parameter]) => ({
      ParameterKey,
      DefaultValue: parameter.Default === undefined ? undefined : String(parameter.Default),
      NoEcho: String(parameter.NoEcho ?? false) === 'true',
      Description: parameter.Description,
    })),
    Capabilities: capabilities,
    CapabilitiesReason: reason,
  };
}

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_GetTemplateSummary.html */
export async function getTemplateSummary(engine: Engine, input: OperationInput, context: RequestContext) {
  const stack =
    input.StackName === undefined
      ? undefined
      : engine.stacks.require(context.accountId, context.region, String(input.StackName));
  const text = stack ? engine.stacks.templateText(stack.stackId) : await requireTemplateText(engine, input, context);
  return summary(parseTemplate(text));
}

function summary(template: Template) {
  const { capabilities, reason } = requiredCapabilities(template);
  return {
    Description: template.Description,
    Parameters: Object.entries(template.Parameters).map(([ParameterKey, parameter]) => ({
      ParameterKey,
      ParameterType: parameter.Type,
      DefaultValue: parameter.Default === undefined ? undefined : String(parameter.Default),
      NoEcho: String(parameter.NoEcho ?? false) === 'true',
      Description: parameter.Description,
      ParameterConstraints: parameter.AllowedValues && { AllowedValues: parameter.AllowedValues.map(String) },
    })),
    ResourceTypes: [...new Set(Object.values(template.Resources).map((resource) => resource.Type))],
    Capabilities: capabilities,
    CapabilitiesReason: reason,
    Version: '2010-09-09',
    Metadata: template.Metadata && JSON.stringify(template.Metadata),
  };
}
