import { Stack, Validations } from 'aws-cdk-lib';
import type { Construct } from 'constructs';

/** Accepts findings of a cdk-nag rule on one construct, with the reason; other findings of the rule stay errors. */
export function acknowledge(
  construct: Construct,
  rule: string,
  reason: string,
  findings: readonly string[] = [],
): void {
  const ids = findings.length > 0 ? findings.map((finding) => `${rule}[${finding}]`) : [rule];
  for (const id of ids) Validations.of(construct).acknowledge({ id, reason });
}

/** Accepts the wildcards in these resources (ARN patterns) of a role's policies, with the reason. */
export function acknowledgeWildcards(construct: Construct, reason: string, resources: readonly string[]): void {
  const findings = resources
    .map((resource) => flatten(Stack.of(construct).resolve(resource)))
    .filter((resource) => resource.includes('*'));
  if (findings.length > 0)
    acknowledge(
      construct,
      'AwsSolutions-IAM5',
      reason,
      findings.map((resource) => `Resource::${resource}`),
    );
}

/** An ARN as cdk-nag writes it: references in angle brackets. */
function flatten(value: unknown): string {
  if (typeof value === 'string') return value;
  const { Ref, 'Fn::Join': join, 'Fn::GetAtt': attribute, 'Fn::Sub': sub } = value as Record<string, never>;
  if (Ref) return `<${String(Ref)}>`;
  if (join) return (join as [string, unknown[]])[1].map(flatten).join((join as [string, unknown[]])[0]);
  if (attribute) return `<${(attribute as string[]).join('.')}>`;
  if (sub) return String(sub).replace(/\$\{([^}]+)\}/g, '<$1>');
  throw new Error(`cannot name the resource ${JSON.stringify(value)}`);
}
