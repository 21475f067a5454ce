import type { Template } from './template.ts';

/** Pseudo parameters. https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/pseudo-parameter-reference.html */
const PSEUDO = new Set([
  'AWS::AccountId',
  'AWS::NoValue',
  'AWS::NotificationARNs',
  'AWS::Partition',
  'AWS::Region',
  'AWS::StackId',
  'AWS::StackName',
  'AWS::URLSuffix',
]);

/** A reference inside a template: what kind, to what, from where. */
export interface Reference {
  from: string;
  kind: 'Ref' | 'Fn::GetAtt' | 'DependsOn' | 'Condition';
  to: string;
}

/** Every reference of the template's resources, outputs and conditions. */
export function references(template: Template): Reference[] {
  const sections = { ...template.Resources, ...template.Outputs, ...template.Conditions, ...template.Rules };
  return Object.entries(sections).flatMap(([from, value]) => within(from, value));
}

/** References that lead nowhere. */
export function dangling(template: Template): Reference[] {
  const resources = new Set(Object.keys(template.Resources));
  const parameters = new Set(Object.keys(template.Parameters ?? {}));
  const conditions = new Set(Object.keys(template.Conditions ?? {}));
  return references(template).filter(({ kind, to }) => {
    if (kind === 'Condition') return !conditions.has(to);
    if (kind === 'Ref') return !resources.has(to) && !parameters.has(to) && !PSEUDO.has(to);
    return !resources.has(to);
  });
}

/** Resources in a circle of references: CloudFormation refuses such a template. Empty if there is none. */
export function circle(template: Template): string[] {
  const edges = new Map<string, string[]>();
  for (const { from, kind, to } of references(template)) {
    if (kind === 'Condition' || !(to in template.Resources) || !(from in template.Resources)) continue;
    edges.set(from, [...(edges.get(from) ?? []), to]);
  }
  const done = new Set<string>();
  const visit = (id: string, path: string[]): string[] => {
    if (path.includes(id)) return [...path.slice(path.indexOf(id)), id];
    if (done.has(id)) return [];
    for (const next of edges.get(id) ?? []) {
      const found = visit(next, [...path, id]);
      if (found.length > 0) return found;
    }
    done.add(id);
    return [];
  };
  for (const id of edges.keys()) {
    const found = visit(id, []);
    if (found.length > 0) return found;
  }
  return [];
}

function within(from: string, value: unknown, key = ''): Reference[] {
  if (typeof value === 'string') return key === 'DependsOn' ? [{ from, kind: 'DependsOn', to: value }] : [];
  if (Array.isArray(value)) return value.flatMap((member) => within(from, member, key));
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, member]): Reference[] => {
    if (name === 'Ref') return [{ from, kind: 'Ref', to: String(member) }];
    if (name === 'Fn::GetAtt')
      return [{ from, kind: 'Fn::GetAtt', to: String([member].flat()[0]).split('.')[0] ?? '' }];
    if (name === 'Fn::If')
      return [{ from, kind: 'Condition', to: String((member as unknown[])[0]) }, ...within(from, member)];
    if (name === 'Fn::Sub') return [...substituted(from, member), ...within(from, [member].flat().slice(1))];
    // A policy has a member of that name too: an object.
    if (name === 'Condition' && typeof member === 'string') return [{ from, kind: 'Condition', to: member }];
    return within(from, member, name);
  });
}

/** `${Name}` and `${Name.Attribute}` in a Fn::Sub; names that its own map gives are none. */
function substituted(from: string, sub: unknown): Reference[] {
  const [text, map] = [sub].flat() as [string, Record<string, unknown> | undefined];
  return [...text.matchAll(/\$\{([^!}][^}]*)\}/g)].flatMap(([, name = '']): Reference[] => {
    const [to = '', attribute] = name.split('.');
    if (map && name in map) return [];
    return [{ from, kind: attribute ? 'Fn::GetAtt' : 'Ref', to }];
  });
}
