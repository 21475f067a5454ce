import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { AwsError } from '../kernel/errors.ts';
import { compilePattern } from './pattern/compile.ts';
import { flattenEvent, matchesPattern } from './pattern/match.ts';

type Verdict = 'match' | 'no-match' | 'invalid';

interface RecordedPattern {
  readonly expected: Verdict;
  readonly event: unknown;
  readonly pattern: unknown;
}

/**
 * Compares this matcher with answers recorded from AWS, one JSON file each in `<folder>/patterns`
 * (`expected`, `event`, `pattern`; the latter two as JSON or as JSON text).
 */
export function runRecordedPatterns(folder: string): {
  passed: number;
  total: number;
  failures: { name: string; reason: string }[];
} {
  const files = readdirSync(join(folder, 'patterns')).filter((file) => file.endsWith('.json'));
  const failures = files.flatMap((file) => {
    const recorded = JSON.parse(readFileSync(join(folder, 'patterns', file), 'utf8')) as RecordedPattern;
    const answer = judge(asText(recorded.pattern), asText(recorded.event));
    if (answer.verdict === recorded.expected) return [];
    const reason = `AWS answers ${recorded.expected}, this matcher ${answer.verdict}${answer.reason ? ` (${answer.reason})` : ''}`;
    return [{ name: basename(file, '.json'), reason }];
  });
  return { passed: files.length - failures.length, total: files.length, failures };
}

function judge(pattern: string, event: string): { verdict: Verdict; reason?: string } {
  try {
    return { verdict: matchesPattern(compilePattern(pattern), flattenEvent(event)) ? 'match' : 'no-match' };
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
    return { verdict: 'invalid', reason: error.message };
  }
}

function asText(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}
