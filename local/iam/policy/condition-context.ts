/**
 * What is known about a request: the values of a condition key, or undefined when the request does not have that key.
 * Keys are asked for in lower case, since IAM does not tell case apart in them.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html
 */
export type ConditionContext = (lowerCaseKey: string) => readonly string[] | undefined;

/** A context of fixed values, by condition key in any case; an undefined value counts as an absent key. */
export function conditionContext(
  values: Readonly<Record<string, string | readonly string[] | undefined>>,
): ConditionContext {
  const byKey = new Map<string, readonly string[]>();
  for (const [key, value] of Object.entries(values)) {
    if (value !== undefined) byKey.set(key.toLowerCase(), typeof value === 'string' ? [value] : value);
  }
  return (key) => byKey.get(key);
}
