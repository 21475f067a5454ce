/** A template in pieces: text as it stands, and placeholders, each inside or outside a JSON string. */
type Piece = { readonly text: string } | { readonly variable: string; readonly quoted: boolean };

const PLACEHOLDER = /<([A-Za-z0-9_.-]+)>/y;

/**
 * Fills the placeholders of an input template. Outside a JSON string a value stands as JSON (strings get quotes, a
 * missing value is an empty string); inside a string it stands as text: strings escaped, objects and lists without their
 * quotes, a missing value as nothing. Undefined if the outcome is not JSON (one value, or several texts, one a line).
 * https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-transform-target-input.html#eb-transform-input-examples
 */
export function fillTemplate(template: string, values: ReadonlyMap<string, unknown>): string | undefined {
  const filled = pieces(template)
    .map((piece) => ('text' in piece ? piece.text : spelled(values.get(piece.variable), piece.quoted)))
    .join('');
  return isJsonLines(filled) ? filled : undefined;
}

/** The variables a template uses. */
export function templateVariables(template: string): string[] {
  return pieces(template).flatMap((piece) => ('variable' in piece ? [piece.variable] : []));
}

/** Whether a template yields JSON once its placeholders are filled. */
export function isValidTemplate(template: string): boolean {
  return fillTemplate(template, new Map()) !== undefined;
}

function pieces(template: string): Piece[] {
  const list: Piece[] = [];
  let quoted = false;
  let text = '';
  for (let at = 0; at < template.length; at++) {
    PLACEHOLDER.lastIndex = at;
    const variable = PLACEHOLDER.exec(template);
    if (variable?.[1] !== undefined) {
      list.push({ text }, { variable: variable[1], quoted });
      text = '';
      at = PLACEHOLDER.lastIndex - 1;
      continue;
    }
    if (template[at] === '"') quoted = !quoted;
    if (quoted && template[at] === '\\') text += template[at++];
    text += template[at] ?? '';
  }
  return [...list, { text }];
}

function spelled(value: unknown, quoted: boolean): string {
  if (!quoted) return JSON.stringify(value ?? (value === null ? null : ''));
  if (value === undefined) return '';
  if (typeof value === 'string') return JSON.stringify(value).slice(1, -1);
  return JSON.stringify(value).replaceAll('\\"', '').replaceAll('"', '');
}

function isJsonLines(text: string): boolean {
  return isJson(text) || text.split('\n').every((line) => line.trim() === '' || isJson(line));
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
