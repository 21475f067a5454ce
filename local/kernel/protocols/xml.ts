/** XML writing for the query and REST-XML protocols. */
const ESCAPES: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&apos;',
  '\r': '&#xD;',
};

/** Text made safe as element content or attribute value. */
export function escapeXml(text: string): string {
  return text.replace(/[&<>"'\r]/g, (character) => ESCAPES[character] ?? character);
}

/**
 * A value as XML elements. Objects become child elements, maps `<entry>` pairs, `undefined` and `null` nothing, dates ISO 8601, binary
 * base64. Arrays become `<name><member>…</member></name>`, or repeat the element when `flattened`.
 */
export function toXml(name: string, value: unknown, flattened = false): string {
  if (value === undefined || value === null) return '';
  if (Array.isArray(value)) {
    if (flattened) return value.map((item) => toXml(name, item, true)).join('');
    return `<${name}>${value.map((item) => toXml('member', item)).join('')}</${name}>`;
  }
  return `<${name}>${content(value, flattened)}</${name}>`;
}

function content(value: unknown, flattened: boolean): string {
  if (value instanceof Date) return value.toISOString();
  if (value instanceof Uint8Array) return Buffer.from(value).toString('base64');
  if (value instanceof Map)
    return [...value].map(([key, item]) => `<entry>${toXml('key', key)}${toXml('value', item)}</entry>`).join('');
  if (typeof value === 'object' && value !== null) {
    return Object.entries(value)
      .map(([key, member]) => toXml(key, member, flattened))
      .join('');
  }
  return escapeXml(String(value));
}
