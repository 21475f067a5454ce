import type { JsonValue, ReaderConfig } from '../engine/contract.ts';
import { isObject } from '../engine/payload.ts';
import { parseDelimited } from './delimited.ts';

/** The items in a file, by the reader's InputType. Throws an Error that says what is wrong with the content. */
export function parseItems(text: string, config: ReaderConfig): JsonValue[] {
  switch (config.inputType) {
    case 'CSV': {
      const { csvHeaderLocation, csvHeaders, csvDelimiter: delimiter } = config;
      return parseDelimited(text, { ...(csvHeaderLocation === 'GIVEN' && { headers: csvHeaders ?? [] }), delimiter });
    }
    case 'JSONL':
      return text
        .split('\n')
        .filter((line) => line.trim() !== '')
        .map((line) => JSON.parse(line) as JsonValue);
    case 'JSON':
      return listIn(JSON.parse(text) as JsonValue, config.itemsPointer);
    default:
      throw new Error(`The InputType ${config.inputType ?? '(none)'} is not supported by the local cloud.`);
  }
}

/** The list in a JSON document, found by JSON Pointer (RFC 6901) where one is given. */
function listIn(document: JsonValue, pointer = ''): JsonValue[] {
  let node: JsonValue | undefined = document;
  for (const token of pointer.split('/').slice(1)) {
    const key = token.replaceAll('~1', '/').replaceAll('~0', '~');
    if (Array.isArray(node)) node = node[Number(key)];
    else node = isObject(node) && Object.hasOwn(node, key) ? node[key] : undefined;
  }
  if (Array.isArray(node)) return node;
  throw new Error('Attempting to map over non-iterable node.');
}
