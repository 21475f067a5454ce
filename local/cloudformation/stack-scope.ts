import { AwsError } from '../kernel/errors.ts';
import { resolveDynamicReferences } from './dynamic-references.ts';
import { deploymentCaller, type Engine } from './engine.ts';
import { importedValue } from './exports.ts';
import { evaluateCondition, resolve, type Scope } from './intrinsics.ts';
import { parameterValue } from './parameters.ts';
import type { Properties, Tag } from './resource-provider.ts';
import type { StackRecord } from './stack-record.ts';
import { type Template, type TemplateValue, validationError } from './template.ts';

/** Values of a stack while it is deployed. `template` is the one being applied. */
export function stackScope(engine: Engine, stack: StackRecord, template: Template): Scope {
  const conditions = new Map<string, boolean>();
  const pseudo = pseudoParameters(stack);
  const self: Scope = {
    ref(name) {
      if (name in pseudo) return pseudo[name];
      const parameter = template.Parameters[name];
      if (parameter) {
        return parameterValue(parameter.Type, stack.resolvedParameters[name] ?? stack.parameters[name] ?? '');
      }
      const current = requireResource(engine, stack, name);
      return current.ref ?? current.physicalId;
    },
    attribute(logicalId, name) {
      const value = requireResource(engine, stack, logicalId).attributes?.[name];
      if (value === undefined) {
        const type = template.Resources[logicalId]?.Type ?? 'unknown';
        throw validationError(
          `Template error: resource ${logicalId} does not support attribute type ${name} in Fn::GetAtt (${type})`,
        );
      }
      return value;
    },
    condition(name) {
      const known = conditions.get(name);
      if (known !== undefined) return known;
      const expression = template.Conditions[name];
      if (expression === undefined)
        throw validationError(`Template format error: Unresolved condition dependency ${name}`);
      const value = evaluateCondition(expression, self);
      conditions.set(name, value);
      return value;
    },
    mapping: (map, first, second) => template.Mappings[map]?.[first]?.[second],
    importValue: (name) => importedValue(engine.stacks, stack, name),
    availabilityZones: (region) => ['a', 'b', 'c'].map((letter) => `${region}${letter}`),
  };
  return self;
}

/** Logical ids of the resources whose condition holds. */
export function includedResources(template: Template, scope: Scope): Set<string> {
  const included = Object.entries(template.Resources).filter(
    ([, resource]) => resource.Condition === undefined || scope.condition(resource.Condition),
  );
  return new Set(included.map(([id]) => id));
}

/** The resolved properties of a resource and the tags that it shall carry. */
export async function desiredState(
  engine: Engine,
  stack: StackRecord,
  template: Template,
  logicalId: string,
): Promise<{ properties: Properties; tags: Tag[] }> {
  const scope = stackScope(engine, stack, template);
  const resolved = resolve(template.Resources[logicalId]?.Properties ?? {}, scope);
  const properties = (await resolveDynamicReferences(resolved, readerOf(engine, stack))) as Properties;
  return { properties, tags: mergedTags(properties, stack) };
}

/** Resolves a value of the template (an output) with dynamic references. */
export async function resolvedValue(
  engine: Engine,
  stack: StackRecord,
  scope: Scope,
  value: TemplateValue,
): Promise<unknown> {
  return resolveDynamicReferences(resolve(value, scope), readerOf(engine, stack));
}

/** Reads SSM parameters with the rights of the deployment. */
export function readerOf(engine: Engine, stack: StackRecord): (name: string) => Promise<string> {
  return async (name) => {
    try {
      const caller = deploymentCaller(engine, stack);
      const answer = await engine.cloud.call('ssm', 'GetParameter', { Name: name, WithDecryption: true }, caller, {
        region: stack.region,
      });
      return String(answer.Parameter.Value);
    } catch (error) {
      if (error instanceof AwsError && error.code === 'ParameterNotFound') {
        throw validationError(`Unable to fetch parameters [${name}] from parameter store for this account.`);
      }
      throw error;
    }
  };
}

/** The resource's own tags win over the stack's. Tags may be a list or, for some types, a map. */
function mergedTags(properties: Properties, stack: StackRecord): Tag[] {
  const given = properties.Tags ?? properties.ResourceTags ?? [];
  const own: Tag[] = Array.isArray(given)
    ? given.map((tag: Tag) => ({ Key: String(tag.Key), Value: String(tag.Value) }))
    : Object.entries(given).map(([Key, Value]) => ({ Key, Value: String(Value) }));
  const keys = new Set(own.map((tag) => tag.Key));
  return [...own, ...stack.tags.filter((tag) => !keys.has(tag.Key))];
}

function pseudoParameters(stack: StackRecord): Record<string, unknown> {
  return {
    'AWS::AccountId': stack.accountId,
    'AWS::Region': stack.region,
    'AWS::Partition': 'aws',
    'AWS::URLSuffix': 'amazonaws.com',
    'AWS::StackId': stack.stackId,
    'AWS::StackName': stack.stackName,
    'AWS::NotificationARNs': stack.notificationArns,
  };
}

function requireResource(engine: Engine, stack: StackRecord, logicalId: string) {
  const current = engine.stacks.resource(stack.stackId, logicalId)?.current;
  if (!current)
    throw validationError(`Unresolved resource dependencies [${logicalId}] in the Resources block of the template`);
  return current;
}
