import { createContext, Script } from 'node:vm';

/** Longest search of one regular expression, in real milliseconds. */
const LONGEST_SEARCH = 250;
/** Patterns that may need more than linear time: a quantifier after a group, or several quantifiers. */
const SUSPICIOUS = /\)[*+{]|[*+}].*[*+{]/;
/** Below this length even a bad pattern is quick enough to be tried directly. */
const SHORT_TEXT = 20;

const context = createContext(Object.create(null));
const script = new Script('expression.exec(text)');

/**
 * A RegExp whose search ends: a pattern made to backtrack without end throws instead of stopping the event loop. The
 * virtual machine can be interrupted inside a search only when it runs as a script with a timeout.
 */
export class BoundedRegExp extends RegExp {
  override exec(text: string): RegExpExecArray | null {
    if (text.length <= SHORT_TEXT || !SUSPICIOUS.test(this.source)) return super.exec(text);
    const expression = new RegExp(this.source, this.flags);
    expression.lastIndex = this.lastIndex;
    Object.assign(context, { expression, text });
    try {
      const match = script.runInContext(context, { timeout: LONGEST_SEARCH }) as RegExpExecArray | null;
      this.lastIndex = expression.lastIndex;
      return match;
    } catch {
      throw { code: 'U1001', message: 'Expression evaluation timeout' };
    }
  }
}
