import type { Engine } from './engine.ts';
import { sameJson } from './resource-provider.ts';
import type { StackRecord } from './stack-record.ts';
import { includedResources, stackScope } from './stack-scope.ts';
import type { Template } from './template.ts';

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_Change.html */
export interface Change {
  Type: 'Resource';
  ResourceChange: {
    Action: 'Add' | 'Modify' | 'Remove';
    LogicalResourceId: string;
    PhysicalResourceId?: string;
    ResourceType: string;
    Replacement?: 'True' | 'False' | 'Conditional';
    Scope: string[];
    Details: object[];
  };
}

/** What a deployment of `template` would do, judged from the template texts and parameters, as a change set shows it. */
export async function changesOf(
  engine: Engine,
  next: StackRecord,
  template: Template,
  before: Template | undefined,
): Promise<Change[]> {
  const included = includedResources(template, stackScope(engine, next, template));
  const standing = new Map(engine.stacks.resources(next.stackId).map((record) => [record.logicalId, record]));
  const parametersChanged = !sameJson(next.parameters, next.operation.previous?.parameters ?? {});
  const changes: Change[] = [];
  for (const id of included) {
    const type = template.Resources[id]?.Type ?? '';
    const record = standing.get(id);
    if (!record?.current) {
      changes.push(change('Add', id, type));
      continue;
    }
    const properties = template.Resources[id]?.Properties ?? {};
    const old = before?.Resources[id]?.Properties ?? {};
    const changed = Object.keys({ ...old, ...properties }).filter(
      (name) =>
        !sameJson(old[name], properties[name]) ||
        (parametersChanged && JSON.stringify(properties[name] ?? '').includes('"Ref"')),
    );
    if (changed.length === 0) continue;
    const replace = changed.some((name) => engine.providers.get(type)?.replaceOn.includes(name));
    changes.push(change('Modify', id, type, record.current.physicalId, replace, changed));
  }
  for (const [id, record] of standing) {
    if (!included.has(id) && record.current) changes.push(change('Remove', id, record.type, record.current.physicalId));
  }
  return changes;
}

function change(
  Action: 'Add' | 'Modify' | 'Remove',
  LogicalResourceId: string,
  ResourceType: string,
  PhysicalResourceId?: string,
  replace?: boolean,
  names: string[] = [],
): Change {
  const Replacement = Action !== 'Modify' ? undefined : replace ? 'True' : 'False';
  const Details = names.map((Name) => ({
    Target: {
      Attribute: Name === 'Tags' ? 'Tags' : 'Properties',
      Name: Name === 'Tags' ? undefined : Name,
      RequiresRecreation: replace ? 'Always' : 'Never',
    },
    Evaluation: 'Static',
    ChangeSource: 'DirectModification',
  }));
  const Scope = [...new Set(names.map((name) => (name === 'Tags' ? 'Tags' : 'Properties')))];
  return {
    Type: 'Resource',
    ResourceChange: { Action, LogicalResourceId, PhysicalResourceId, ResourceType, Replacement, Scope, Details },
  };
}
