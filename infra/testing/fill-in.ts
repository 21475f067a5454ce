import type { Template } from './template.ts';

const PSEUDO: Readonly<Record<string, string>> = { 'AWS::Partition': 'aws', 'AWS::Region': 'us-east-1' };

/**
 * A part of a template with its references resolved: parameters and pseudo parameters from `values`, roles and managed
 * policies as the ARNs they will have. Throws an Error for a reference that it cannot resolve.
 */
export function filledIn(template: Template, part: unknown, values: Readonly<Record<string, string>>): unknown {
  const resolve = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(resolve);
    if (typeof value !== 'object' || value === null) return value;
    const { Ref, 'Fn::GetAtt': attribute, 'Fn::Join': join } = value as Record<string, never>;
    if (Ref) return values[Ref] ?? PSEUDO[Ref] ?? arnOf(Ref);
    if (attribute) return arnOf(attribute[0]);
    if (join) return (join[1] as unknown[]).map(resolve).join(join[0]);
    return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, resolve(member)]));
  };
  const arnOf = (id: string): string => {
    const { Type, Properties } = template.Resources[id] ?? {};
    const iam = `arn:aws:iam::${values['AWS::AccountId']}`;
    if (Type === 'AWS::IAM::Role') return `${iam}:role${Properties?.['Path'] ?? '/'}${Properties?.['RoleName'] ?? id}`;
    if (Type === 'AWS::IAM::ManagedPolicy') return `${iam}:policy/${Properties?.['ManagedPolicyName']}`;
    throw new Error(`there is no value for ${id} (${Type ?? 'no resource'})`);
  };
  return resolve(part);
}
