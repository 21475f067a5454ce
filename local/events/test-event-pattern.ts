import type { Operations } from './parts.ts';
import { compilePattern } from './pattern/compile.ts';
import { JsonSyntaxError } from './pattern/json-tokens.ts';
import { type FlatEvent, flattenEvent, matchesPattern } from './pattern/match.ts';
import { requiredText, validationError } from './validation.ts';

/**
 * TestEventPattern.
 * https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_TestEventPattern.html
 */
export function testEventPatternOperation(): Operations {
  return {
    TestEventPattern: {
      handle(input) {
        const pattern = compilePattern(requiredText('eventPattern', input.EventPattern, { least: 0, most: 4096 }));
        return { Result: matchesPattern(pattern, parsedEvent(requiredText('event', input.Event, { least: 0 }))) };
      },
    },
  };
}

function parsedEvent(event: string): FlatEvent {
  try {
    return flattenEvent(event);
  } catch (error) {
    if (!(error instanceof JsonSyntaxError)) throw error;
    throw validationError(`Parameter Event is not valid. Reason: ${error.message}`);
  }
}
