/** Members whose keys are the user's own, not the API's. */
const MAPS = new Set([
  'tags',
  'labels',
  'attributes',
  'messageattributes',
  'environment',
  'variables',
  'variablereferences',
]);

/** `StateMachineArn` to `stateMachineArn`, in every structure. */
export function toCamelCase(value: unknown): unknown {
  return rename(value, (name) => name.charAt(0).toLowerCase() + name.slice(1));
}

/** `stateMachineArn` to `StateMachineArn`, in every structure. */
export function toPascalCase(value: unknown): unknown {
  return rename(value, (name) => name.charAt(0).toUpperCase() + name.slice(1));
}

function rename(value: unknown, name: (member: string) => string): unknown {
  if (Array.isArray(value)) return value.map((item) => rename(item, name));
  if (typeof value !== 'object' || value === null || value instanceof Date || value instanceof Uint8Array) return value;
  return Object.fromEntries(
    Object.entries(value).map(([member, inner]) => {
      const isMap = MAPS.has(member.toLowerCase()) && !Array.isArray(inner);
      return [name(member), isMap ? inner : rename(inner, name)];
    }),
  );
}
