import type { ConditionContext } from './condition-context.ts';
import { compilePattern, literalPattern, type Pattern } from './wildcard.ts';

/** A string of a policy that may hold variables; compiled once, filled in for each request. */
export interface Template {
  readonly text: string;
  /** The pattern, if there are no variables in it. */
  readonly fixed?: Pattern;
  readonly parts?: readonly Part[];
}

type Part = { pattern: Pattern } | { key: string; fallback?: string };

/** `${aws:username}`, `${aws:PrincipalTag/team, 'none'}`, `${*}`. */
const VARIABLE = /\$\{\s*([^}]*?)\s*\}/g;

/**
 * Policy variables exist since version 2012-10-17; before it, and in any text without them, the text stands for itself.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html
 */
export function compileTemplate(text: string, variables: boolean): Template {
  if (!variables || !text.includes('${')) return { text, fixed: compilePattern(text) };
  const parts: Part[] = [];
  let end = 0;
  for (const match of text.matchAll(VARIABLE)) {
    if (match.index > end) parts.push({ pattern: compilePattern(text.slice(end, match.index)) });
    parts.push(variable(match[1] ?? ''));
    end = match.index + match[0].length;
  }
  if (end < text.length) parts.push({ pattern: compilePattern(text.slice(end)) });
  const patterns = parts.map((part) => ('pattern' in part ? part.pattern : undefined));
  if (patterns.every((pattern) => pattern !== undefined)) return { text, fixed: patterns.flat() };
  return { text, parts };
}

function variable(body: string): Part {
  if (body === '*' || body === '?' || body === '$') return { pattern: literalPattern(body) };
  const comma = body.indexOf(',');
  if (comma < 0) return { key: body.toLowerCase() };
  const fallback = body
    .slice(comma + 1)
    .trim()
    .replace(/^'(.*)'$/, '$1');
  return { key: body.slice(0, comma).trim().toLowerCase(), fallback };
}

/** The pattern for this request; undefined when a variable has no value, in which case nothing matches it. */
export function fillTemplate(template: Template, context: ConditionContext): Pattern | undefined {
  if (template.fixed) return template.fixed;
  const filled: number[] = [];
  for (const part of template.parts ?? []) {
    if ('pattern' in part) {
      filled.push(...part.pattern);
      continue;
    }
    const values = context(part.key);
    // A key with several values cannot stand in a string.
    const value = values?.length === 1 ? values[0] : part.fallback;
    if (value === undefined) return undefined;
    filled.push(...literalPattern(value));
  }
  return filled;
}

/** The filled-in text, for operators that do not know wildcards. */
export function fillText(template: Template, context: ConditionContext): string | undefined {
  const pattern = fillTemplate(template, context);
  if (template.fixed && !template.text.includes('${')) return template.text;
  return pattern && String.fromCharCode(...pattern.map((unit) => (unit === -1 ? 42 : unit === -2 ? 63 : unit)));
}
