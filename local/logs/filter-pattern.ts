import { invalid } from './context.ts';

/**
 * A filter pattern for unstructured text as a predicate: every word must occur, `"a phrase"` as a whole, `-word` must not,
 * and of `?word`s at least one. Throws InvalidParameterException for the JSON and space-delimited forms, which are not part of the local cloud.
 * https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/logs/FilterAndPatternSyntax.html
 */
export function compileFilter(pattern: string): (message: string) => boolean {
  const text = pattern.trim();
  if (/^[{[%]/.test(text)) {
    throw invalid(`The local cloud's logs filters by terms only, not by the pattern ${text}`);
  }
  const terms = [...text.matchAll(/([-?]?)(?:"((?:[^"\\]|\\.)*)"|([^\s"]+))/g)].map(([, sign, phrase, word]) => ({
    sign,
    term: phrase === undefined ? (word ?? '') : phrase.replace(/\\(.)/g, '$1'),
  }));
  const optional = terms.filter(({ sign }) => sign === '?');
  const required = terms.filter(({ sign }) => sign === '');
  const excluded = terms.filter(({ sign }) => sign === '-');
  return (message) =>
    required.every(({ term }) => message.includes(term)) &&
    !excluded.some(({ term }) => message.includes(term)) &&
    (optional.length === 0 || required.length > 0 || optional.some(({ term }) => message.includes(term)));
}
