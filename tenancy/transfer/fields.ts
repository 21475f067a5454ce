/** A map of a Kubernetes object, of which only its key names are known. */
export type Fields = Readonly<Record<string, unknown>>;

export function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Without the keys of these names. */
export function without(fields: Fields, ...names: readonly string[]): Fields {
  return Object.fromEntries(Object.entries(fields).filter(([name]) => !names.includes(name)));
}

/** With the maps in the list under `name` changed, if there is such a list. */
export function withItems(fields: Fields, name: string, change: (item: Fields) => Fields): Fields {
  const list = fields[name];
  if (!Array.isArray(list)) return fields;
  return { ...fields, [name]: list.map((item: unknown) => (isFields(item) ? change(item) : item)) };
}

/** Without the maps of the list under `name` that are not to be kept; an empty list is left out, as the API server does. */
export function withoutItems(fields: Fields, name: string, drop: (item: Fields) => boolean): Fields {
  const list = fields[name];
  if (!Array.isArray(list)) return fields;
  const kept = list.filter((item: unknown) => !(isFields(item) && drop(item)));
  return kept.length === 0 ? without(fields, name) : { ...fields, [name]: kept };
}

/** The tree with every map in it changed, the inner ones first. */
export function mapFields(value: unknown, change: (fields: Fields) => Fields): unknown {
  if (Array.isArray(value)) return value.map((each) => mapFields(each, change));
  if (!isFields(value)) return value;
  return change(Object.fromEntries(Object.entries(value).map(([key, each]) => [key, mapFields(each, change)])));
}
