import { describe, expect, it } from 'vitest';
import { checkDefinition, diagnose } from './check-definition.ts';

const machine = (states: object, more: object = {}) =>
  JSON.stringify({ StartAt: Object.keys(states)[0], States: states, ...more });
const found = (definition: string) =>
  diagnose(definition, 'STANDARD').map(({ code, message, location }) => `${code}: ${message} at ${location ?? null}`);
const TASK = { Type: 'Task', Resource: 'arn:aws:states:::lambda:invoke', End: true };
const END = { Type: 'Pass', End: true };

describe('diagnose', () => {
  it.each([
    [
      'a transition to nowhere',
      machine({ pass1: { Type: 'Pass', Next: 'pass3' }, pass2: END }),
      [
        "MISSING_TRANSITION_TARGET: Missing 'Next' target: pass3 at /States/pass1/Next",
        'MISSING_TRANSITION_TARGET: State "pass2" is not reachable. at /States/pass2',
      ],
    ],
    [
      'no end, and says nothing of reachability then',
      machine({ A: { Type: 'Pass', Next: 'B' }, B: { Type: 'Pass', Next: 'A' }, C: { Type: 'Pass', Next: 'A' } }),
      ['MISSING_END_STATE: Workflow has no terminal state at null'],
    ],
    [
      'a field of another type',
      machine({ A: { ...END, Catch: [] } }),
      ["SCHEMA_VALIDATION_FAILED: Field 'Catch' is not supported at /States/A"],
    ],
    [
      'a JSONata field under JSONPath',
      machine({ A: { ...END, Output: 1 } }),
      [
        "SCHEMA_VALIDATION_FAILED: The QueryLanguage is set to 'JSONPath', but field 'Output' is only supported for the 'JSONata' QueryLanguage at /States/A",
      ],
    ],
    [
      'a JSONPath state in a JSONata machine',
      machine({ A: { ...END, QueryLanguage: 'JSONPath' } }, { QueryLanguage: 'JSONata' }),
      [
        "SCHEMA_VALIDATION_FAILED: 'QueryLanguage' can not be 'JSONPath' if set to 'JSONata' for whole state machine at /States/A",
      ],
    ],
    [
      'a wrong expression inside a Map',
      machine(
        {
          M: {
            Type: 'Map',
            End: true,
            ItemProcessor: { StartAt: 'P', States: { P: { ...END, Output: '{% 1 + %}' } } },
          },
        },
        { QueryLanguage: 'JSONata' },
      ),
      ['INVALID_JSONATA_EXPRESSION: Unexpected end of expression at /States/M/ItemProcessor/States/P/Output'],
    ],
    [
      'a reference to nothing',
      machine({ E: { ...END, Output: { v: '{% phone.number %}' } } }, { QueryLanguage: 'JSONata' }),
      ["UNSUPPORTED_JSONATA_EXPRESSION: Reference to 'phone' at the top level is not supported. at /States/E/Output/v"],
    ],
    [
      'States.ALL among others and before the last',
      machine({
        A: { ...TASK, Retry: [{ ErrorEquals: ['States.ALL', 'X'] }, { ErrorEquals: ['Y'] }] },
      }),
      [
        "SCHEMA_VALIDATION_FAILED: 'States.ALL' can only appear by itself at /States/A/Retry[0]/ErrorEquals",
        "SCHEMA_VALIDATION_FAILED: 'States.ALL' must be in the last element of the list at /States/A/Retry[0]/ErrorEquals",
      ],
    ],
    [
      'an unknown integration',
      machine({ A: { ...TASK, Resource: 'arn:aws:states:::dynamodb:scan' } }),
      [
        'SCHEMA_VALIDATION_FAILED: The resource provided arn:aws:states:::dynamodb:scan is not recognized. The value is not a valid resource ARN, or the resource is not available in this region. at /States/A/Resource',
      ],
    ],
    [
      'a path that is none',
      machine({ A: { ...TASK, Parameters: { 'x.$': 'x' } } }),
      [
        "SCHEMA_VALIDATION_FAILED: The value for the field 'x.$' must be a valid JSONPath or a valid intrinsic function call at /States/A/Parameters",
      ],
    ],
    ['a missing machine', '{}', ['SCHEMA_VALIDATION_FAILED: These fields are required: [StartAt, States] at /']],
  ])('finds %s', (_what, definition, expected) => {
    expect(found(definition)).toEqual(expected);
  });

  it('accepts names inside paths, lambdas and constructors of JSONata', () => {
    const Output =
      '{% $map($states.input.items[price > 1].{"n": name, "q": $sum(lines.qty)}, function($i) { $i.n ~> $uppercase }) %}';
    expect(found(machine({ A: { ...END, Output } }, { QueryLanguage: 'JSONata' }))).toEqual([]);
  });

  it('refuses patterns that EXPRESS does not have', () => {
    const definition = machine({ A: { ...TASK, Resource: 'arn:aws:states:::lambda:invoke.waitForTaskToken' } });
    expect(found(definition)).toEqual([]);
    expect(diagnose(definition, 'EXPRESS')).toHaveLength(1);
  });

  it('refuses hostile nesting without exhausting the stack', () => {
    const deep = '['.repeat(100_000) + ']'.repeat(100_000);
    const definition = `{"StartAt":"A","States":{"A":{"Type":"Pass","End":true,"Result":${deep}}}}`;
    expect(found(definition)[0]).toMatch(/^INVALID_JSON_DESCRIPTION: /);
  });

  it('throws InvalidDefinition with all findings', () => {
    expect(() => checkDefinition(machine({ A: { Type: 'Pass', Next: 'B' } }), 'STANDARD')).toThrow(
      "Invalid State Machine Definition: 'MISSING_TRANSITION_TARGET: Missing 'Next' target: B at /States/A/Next, MISSING_END_STATE: Workflow has no terminal state at null'",
    );
  });
});
