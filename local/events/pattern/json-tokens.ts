/** A JSON text did not follow the grammar; `position` is the offset of the first character that does not fit. */
export class JsonSyntaxError extends Error {
  override readonly name = 'JsonSyntaxError';
  readonly position: number;

  constructor(message: string, position: number) {
    super(message);
    this.position = position;
  }
}

export type TokenKind = '{' | '}' | '[' | ']' | 'name' | 'string' | 'number' | 'true' | 'false' | 'null' | 'end';

/** `text` is decoded for names and strings, as written for numbers and literals; `[start, end)` is where it stands. */
export interface Token {
  readonly kind: TokenKind;
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

/** Deeper nesting is refused, as the JSON parsers of the AWS services do. */
const DEEPEST_NESTING = 1000;
const UNQUOTED = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null/y;
const WORD_END = /[\w.+-]/;
const BLANK = /[ \t\r\n]*/y;

type Expectation = 'value' | 'first-element' | 'first-name' | 'name' | 'separator';

/**
 * Reads one JSON value token by token, keeping what `JSON.parse` drops: the spelling of numbers (`1.0`, 30-digit
 * integers), repeated keys and positions. What follows the value is not looked at.
 * `next()` throws {@link JsonSyntaxError}; after the value it answers `end` for ever.
 */
export function jsonTokens(text: string): { next(): Token } {
  const open: ('{' | '[')[] = [];
  let expectation: Expectation = 'value';
  let position = 0;
  let finished = false;

  function bracket(kind: '{' | '}' | '[' | ']'): Token {
    position++;
    return { kind, text: kind, start: position - 1, end: position };
  }

  function closed(kind: '}' | ']'): Token {
    open.pop();
    expectation = 'separator';
    finished = open.length === 0;
    return bracket(kind);
  }

  function scalar(start: number): Token {
    const quoted = text[start] === '"';
    const end = quoted ? endOfString(text, start) : endOfUnquoted(text, start);
    const written = text.slice(start, end);
    position = end;
    expectation = 'separator';
    finished = open.length === 0;
    if (quoted) return { kind: 'string', text: decodeString(written, start), start, end };
    const literal = written === 'true' || written === 'false' || written === 'null';
    return { kind: literal ? written : 'number', text: written, start, end };
  }

  function name(start: number): Token {
    if (text[start] !== '"') {
      throw new JsonSyntaxError(unexpected(text, start, 'was expecting double-quote to start field name'), start);
    }
    const read = scalar(start);
    skipBlanks();
    if (text[position] !== ':') {
      throw new JsonSyntaxError(
        unexpected(text, position, 'was expecting a colon to separate field name and value'),
        position,
      );
    }
    position++;
    expectation = 'value';
    return { ...read, kind: 'name' };
  }

  function skipBlanks(): void {
    BLANK.lastIndex = position;
    BLANK.exec(text);
    position = BLANK.lastIndex;
  }

  function separator(): Token | undefined {
    const character = text[position];
    const closing = open.at(-1) === '{' ? '}' : ']';
    if (character === closing) return closed(closing);
    if (character !== ',') {
      throw new JsonSyntaxError(unexpected(text, position, `was expecting comma to separate entries`), position);
    }
    position++;
    skipBlanks();
    expectation = open.at(-1) === '{' ? 'name' : 'value';
    return undefined;
  }

  return {
    next() {
      if (finished) return { kind: 'end', text: '', start: position, end: position };
      skipBlanks();
      if (expectation === 'separator') {
        const ended = separator();
        if (ended) return ended;
      }
      const character = text[position];
      if (character === '}' && expectation === 'first-name') return closed('}');
      if (character === ']' && expectation === 'first-element') return closed(']');
      if (expectation === 'first-name' || expectation === 'name') return name(position);
      if (character !== '{' && character !== '[') return scalar(position);
      if (open.length >= DEEPEST_NESTING)
        throw new JsonSyntaxError(
          `Document nesting depth (${open.length + 1}) exceeds the maximum allowed (${DEEPEST_NESTING})`,
          position,
        );
      open.push(character);
      expectation = character === '{' ? 'first-name' : 'first-element';
      return bracket(character);
    },
  };
}

function endOfString(text: string, start: number): number {
  for (let end = text.indexOf('"', start + 1); end >= 0; end = text.indexOf('"', end + 1)) {
    let escapes = end;
    while (text[escapes - 1] === '\\') escapes--;
    if ((end - escapes) % 2 === 0) return end + 1;
  }
  throw new JsonSyntaxError('Unexpected end-of-input: was expecting closing quote for a string value', text.length);
}

function decodeString(written: string, start: number): string {
  try {
    return JSON.parse(written) as string;
  } catch {
    throw new JsonSyntaxError('Illegal character or unrecognized character escape in a string value', start);
  }
}

function endOfUnquoted(text: string, start: number): number {
  UNQUOTED.lastIndex = start;
  const end = start + (UNQUOTED.exec(text)?.[0].length ?? 0);
  if (end === start || WORD_END.test(text[end] ?? '')) {
    throw new JsonSyntaxError(unexpected(text, start, 'expecting a valid JSON value'), start);
  }
  return end;
}

/** The JSON text without blanks between tokens, everything else as written. Throws {@link JsonSyntaxError}. */
export function compactJson(text: string): string {
  const tokens = jsonTokens(text);
  let compact = '';
  let previous: TokenKind = '{';
  for (let token = tokens.next(); token.kind !== 'end'; token = tokens.next()) {
    const first = previous === '{' || previous === '[' || previous === 'name';
    if (!first && token.kind !== '}' && token.kind !== ']') compact += ',';
    compact += text.slice(token.start, token.end);
    if (token.kind === 'name') compact += ':';
    previous = token.kind;
  }
  return compact;
}

function unexpected(text: string, position: number, expected: string): string {
  const character = text.codePointAt(position);
  if (character === undefined) return 'Unexpected end-of-input';
  return `Unexpected character ('${String.fromCodePoint(character)}' (code ${character})): ${expected}`;
}
