import { invalidPattern } from './invalid-pattern.ts';
import { JsonSyntaxError, jsonTokens, type Token, type TokenKind } from './json-tokens.ts';

/** The tokens of a pattern text, with rejections that name the place as EventBridge does. */
export interface PatternReader {
  next(): Token;
  /** The next token must be of this kind, else the pattern is rejected for `reason`. */
  expect(kind: TokenKind, reason: string): Token;
  /** Rejects the pattern at the last token. */
  reject(reason: string): never;
}

/** Opens the text of a pattern. Every method throws `InvalidEventPatternException`. */
export function readPattern(source: string): PatternReader {
  const tokens = jsonTokens(source);
  let last: Token = { kind: '{', text: '', start: 0, end: 0 };

  function reject(reason: string): never {
    throw invalidPattern(reason, { source, position: placeOf(source, last) });
  }

  function next(): Token {
    try {
      last = tokens.next();
    } catch (error) {
      if (!(error instanceof JsonSyntaxError)) throw error;
      throw invalidPattern(error.message, { source, position: error.position + 1 });
    }
    return last;
  }

  return {
    next,
    reject,
    expect(kind, reason) {
      const token = next();
      if (token.kind !== kind) reject(reason);
      return token;
    },
  };
}

/** EventBridge's parser reads strings lazily (the place is behind the opening quote) and names together with what opens their value. */
function placeOf(source: string, token: Token): number {
  if (token.kind === 'string') return token.start + 1;
  if (token.kind !== 'name') return token.end;
  const value = /\s*:\s*(?:["{[]|[\w.+-]*)/y;
  value.lastIndex = token.end;
  value.exec(source);
  return value.lastIndex;
}
