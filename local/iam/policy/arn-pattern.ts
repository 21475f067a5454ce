import type { ConditionContext } from './condition-context.ts';
import { compileTemplate, fillTemplate, type Template } from './variables.ts';
import { matchesPattern } from './wildcard.ts';

/** An ARN of a policy with wildcards and variables, in its six colon-separated parts. */
export interface ArnPattern {
  readonly text: string;
  /** The parts; a text that is no ARN of six parts is one part and is compared as a whole. */
  readonly parts: readonly Template[];
  readonly everything: boolean;
}

/**
 * Each of the six parts is matched by itself, so that a `*` in the account does not swallow the resource. Shorter
 * patterns such as `arn:aws:sqs:*` mean `*` for what they leave out, as IAM's own parser pads them.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_resource.html
 */
export function compileArn(text: string, variables: boolean): ArnPattern {
  const parts = splitArn(text);
  const padded = parts.length > 1 && parts.length < 6 ? [...parts, ...Array(6 - parts.length).fill('*')] : parts;
  return { text, parts: padded.map((part) => compileTemplate(part, variables)), everything: text === '*' };
}

/** Whether an actual ARN (or `*`, which only `*` matches) matches the pattern. */
export function matchesArn(pattern: ArnPattern, arn: string, context: ConditionContext): boolean {
  if (pattern.everything) return true;
  const whole = pattern.parts.length === 1;
  const actual = whole ? [arn] : splitArn(arn);
  if (!whole && actual.length !== 6) return false;
  for (let index = 0; index < pattern.parts.length; index++) {
    const part = pattern.parts[index];
    const filled = part && fillTemplate(part, context);
    if (!filled || !matchesPattern(filled, actual[index] ?? '')) return false;
  }
  return true;
}

/** Splits at the first five colons that are not inside a policy variable. */
function splitArn(text: string): string[] {
  if (!text.startsWith('arn:')) return [text];
  const parts: string[] = [];
  let start = 0;
  let depth = 0;
  for (let index = 0; index < text.length && parts.length < 5; index++) {
    const character = text[index];
    if (character === '{' && text[index - 1] === '$') depth++;
    else if (character === '}' && depth > 0) depth--;
    else if (character === ':' && depth === 0) {
      parts.push(text.slice(start, index));
      start = index + 1;
    }
  }
  return [...parts, text.slice(start)];
}
