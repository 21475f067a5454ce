import { AwsError } from '../../kernel/errors.ts';

const LONGEST_SOURCE = 500;

/**
 * The rejection of an event pattern in EventBridge's words: the reason, then the text and place it was found at.
 * https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_TestEventPattern.html#API_TestEventPattern_Errors
 */
export function invalidPattern(reason: string, at?: { source: string; position: number }): AwsError {
  const place = at ? `\n at [Source: (String)${quoted(at.source)}; ${lineAndColumn(at.source, at.position)}]` : '';
  return new AwsError('InvalidEventPatternException', `Event pattern is not valid. Reason: ${reason}${place}`);
}

function quoted(source: string): string {
  const rest = source.length - LONGEST_SOURCE;
  return rest <= 0 ? `"${source}"` : `"${source.slice(0, LONGEST_SOURCE)}"[truncated ${rest} chars]`;
}

function lineAndColumn(source: string, position: number): string {
  const before = source.slice(0, position);
  const line = before.split('\n').length;
  return `line: ${line}, column: ${position - (before.lastIndexOf('\n') + 1) + 1}`;
}
