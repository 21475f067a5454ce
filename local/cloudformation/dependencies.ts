import { attributeReference, functionCall, substitutionNames } from './intrinsics.ts';
import { type Template, type TemplateObject, type TemplateValue, validationError } from './template.ts';

/** For each resource of the template, the resources it needs first: references and DependsOn. */
export type DependencyGraph = ReadonlyMap<string, ReadonlySet<string>>;

/**
 * Reads the dependencies of a template. Throws ValidationError for references to nothing and for cycles.
 * Resources whose condition is false (not in `included`) count as absent.
 */
export function dependencyGraph(template: Template, included: ReadonlySet<string>): DependencyGraph {
  const graph = new Map<string, Set<string>>();
  const known = (name: string) => name in template.Resources || name in template.Parameters || name.startsWith('AWS::');
  const unresolved = new Set<string>();
  for (const [id, resource] of Object.entries(template.Resources)) {
    const names = new Set<string>();
    for (const section of [resource.Properties, resource.Metadata]) collect(section, names, new Set());
    for (const name of names) if (!known(name)) unresolved.add(name);
    const explicit = [resource.DependsOn ?? []].flat();
    for (const name of explicit) {
      if (!(name in template.Resources)) {
        throw validationError(
          `Template format error: Unresolved resource dependencies [${name}] in the Resources block of the template`,
        );
      }
      names.add(name);
    }
    if (included.has(id)) graph.set(id, new Set([...names].filter((name) => included.has(name))));
  }
  reportUnresolved(unresolved, 'Resources');
  checkOutputs(template, known);
  const cycle = findCycle(graph);
  if (cycle) throw validationError(`Circular dependency between resources: [${cycle.join(', ')}]`);
  return graph;
}

/** Edges turned round: for each resource, the ones that need it (order of deletion). */
export function reversed(graph: DependencyGraph): DependencyGraph {
  const result = new Map<string, Set<string>>([...graph.keys()].map((id) => [id, new Set<string>()]));
  for (const [id, dependencies] of graph) for (const dependency of dependencies) result.get(dependency)?.add(id);
  return result;
}

function checkOutputs(template: Template, known: (name: string) => boolean): void {
  const unresolved = new Set<string>();
  for (const output of Object.values(template.Outputs)) {
    const names = new Set<string>();
    collect(output.Value, names, new Set());
    if (output.Export) collect(output.Export.Name, names, new Set());
    for (const name of names) if (!known(name)) unresolved.add(name);
  }
  reportUnresolved(unresolved, 'Outputs');
}

function reportUnresolved(names: ReadonlySet<string>, block: string): void {
  if (names.size === 0) return;
  throw validationError(
    `Template format error: Unresolved resource dependencies [${[...names].join(', ')}] in the ${block} block of the template`,
  );
}

/** Names that `value` refers to; `local` are the variables of an enclosing Fn::Sub. */
function collect(value: TemplateValue | undefined, names: Set<string>, local: ReadonlySet<string>): void {
  if (Array.isArray(value)) {
    for (const item of value) collect(item, names, local);
    return;
  }
  if (typeof value !== 'object' || value === null) return;
  const call = functionCall(value);
  if (call?.name === 'Ref') names.add(String(call.argument));
  else if (call?.name === 'Fn::GetAtt') {
    names.add(attributeReference(call.argument).logicalId);
    if (Array.isArray(call.argument)) collect(call.argument.slice(1), names, local);
  } else if (call?.name === 'Fn::Sub') collectSubstitution(call.argument, names);
  else for (const member of Object.values(value)) collect(member, names, local);
}

function collectSubstitution(argument: TemplateValue, names: Set<string>): void {
  const [text, variables] = Array.isArray(argument) ? argument : [argument, undefined];
  const own = (variables ?? {}) as TemplateObject;
  if (typeof text === 'string') {
    for (const name of substitutionNames(text)) {
      if (!Object.hasOwn(own, name)) names.add(name.split('.')[0] ?? name);
    }
  }
  collect(own, names, new Set(Object.keys(own)));
}

function findCycle(graph: DependencyGraph): string[] | undefined {
  const remaining = new Map([...graph].map(([id, dependencies]) => [id, new Set(dependencies)]));
  for (let removed = true; removed; ) {
    removed = false;
    for (const [id, dependencies] of remaining) {
      for (const dependency of dependencies) if (!remaining.has(dependency)) dependencies.delete(dependency);
      if (dependencies.size === 0) {
        remaining.delete(id);
        removed = true;
      }
    }
  }
  return remaining.size === 0 ? undefined : [...remaining.keys()].sort();
}
