import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** A CloudFormation template, as far as the tests look at it. */
export interface Template {
  Parameters?: Record<string, { Type: string }>;
  Conditions?: Record<string, unknown>;
  Resources: Record<string, Resource>;
  Outputs?: Record<string, { Value: unknown }>;
  Rules?: Record<string, unknown>;
}

export interface Resource {
  Type: string;
  // biome-ignore lint/suspicious/noExplicitAny: every type of resource has other properties
  Properties: Record<string, any>;
  DependsOn?: string | string[];
  Condition?: string;
  DeletionPolicy?: string;
  UpdateReplacePolicy?: string;
}

export interface Statement {
  Sid?: string;
  Effect: 'Allow' | 'Deny';
  Action: string[];
  Resource: unknown[];
  Principal?: unknown;
  Condition?: Record<string, unknown>;
}

/** The template that an assembly has for a stack. */
export function readTemplate(assembly: string, stack: string): Template {
  return JSON.parse(readFileSync(join(assembly, `${stack}.template.json`), 'utf8')) as Template;
}

/** Resources of a type, with their logical ids. */
export function ofType(template: Template, type: string): [logicalId: string, resource: Resource][] {
  return Object.entries(template.Resources).filter(([, resource]) => resource.Type === type);
}

/** The logical id that `{ Ref }` or `{ Fn::GetAtt }` points to. Throws an Error for anything else. */
export function target(value: unknown): string {
  const { Ref, 'Fn::GetAtt': attribute } = (value ?? {}) as { Ref?: string; 'Fn::GetAtt'?: [string, string] };
  const id = Ref ?? attribute?.[0];
  if (id === undefined) throw new Error(`${JSON.stringify(value)} is no reference to a resource`);
  return id;
}

/** The rule that an ARN made of its bus and name means. Throws an Error when there is none. */
export function ruleOfArn(template: Template, arn: unknown): string {
  const name = flat(arn).split(':rule/')[1];
  const found = ofType(template, 'AWS::Events::Rule').find(([, { Properties }]) => {
    const bus = Properties?.['EventBusName'];
    return name === (bus ? `${flat(bus)}/${Properties?.['Name']}` : Properties?.['Name']);
  });
  if (!found) throw new Error(`${JSON.stringify(arn)} is the ARN of no rule of the template`);
  return found[0];
}

/** A value as text, references in angle brackets. */
function flat(value: unknown): string {
  const { 'Fn::Join': join } = (value ?? {}) as { 'Fn::Join'?: [string, unknown[]] };
  if (join) return join[1].map(flat).join(join[0]);
  return typeof value === 'string' ? value : `<${target(value)}>`;
}

/** Every policy statement anywhere in the template, with where it stands; single actions and resources as lists. */
export function statements(template: Template): { at: string; statement: Statement }[] {
  return Object.entries(template.Resources).flatMap(([id, resource]) =>
    documents(resource.Properties).flatMap((document) =>
      document.Statement.map((statement) => ({
        at: `${id}${statement.Sid ? ` ${statement.Sid}` : ''}`,
        statement: {
          ...statement,
          Action: [statement.Action].flat(),
          Resource: [statement.Resource ?? []].flat(),
        },
      })),
    ),
  );
}

/** What the policies of a role allow. */
export function allowedTo(template: Template, roleId: string): Statement[] {
  const attached = ofType(template, 'AWS::IAM::Policy').filter(([, policy]) =>
    (policy.Properties['Roles'] as unknown[]).some((role) => target(role) === roleId),
  );
  const ids = new Set(attached.map(([id]) => id));
  return statements(template)
    .filter(({ at, statement }) => ids.has(at.split(' ')[0] ?? '') && statement.Effect === 'Allow')
    .map(({ statement }) => statement);
}

function documents(value: unknown): { Statement: Statement[] }[] {
  if (typeof value !== 'object' || value === null) return [];
  const own = value as { Statement?: Statement[] };
  const here = Array.isArray(own.Statement) ? [{ Statement: own.Statement }] : [];
  return [...here, ...Object.values(value).flatMap(documents)];
}
