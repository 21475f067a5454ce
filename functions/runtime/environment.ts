/** The value of an environment variable that the template must have set. Throws an Error that names it. */
export function environment(name: string): string {
  const value = process.env[name];
  if (!value) throw new Error(`The environment variable ${name} is not set: the function was deployed without it.`);
  return value;
}

/** Makes `create` run once, at its first use: clients live as long as the Lambda sandbox. */
export function once<T>(create: () => T): () => T {
  let made: { value: T } | undefined;
  return () => {
    made ??= { value: create() };
    return made.value;
  };
}
