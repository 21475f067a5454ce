/** Which fields a state may have. https://docs.aws.amazon.com/step-functions/latest/dg/workflow-states.html */
import type { QueryLanguage } from './diagnostics.ts';

const EVERY = ['Type', 'Comment', 'QueryLanguage'];
const TRANSITION = ['Next', 'End'];
const PATHS = ['InputPath', 'OutputPath'];
const ERRORS = ['Retry', 'Catch'];
const RESULT = ['ResultSelector', 'ResultPath'];

interface StateFields {
  readonly both: readonly string[];
  readonly JSONPath: readonly string[];
  readonly JSONata: readonly string[];
  readonly required: readonly string[];
}

/** By state type. */
export const STATE_FIELDS: Readonly<Record<string, StateFields>> = {
  Pass: {
    both: [...TRANSITION, 'Assign'],
    JSONPath: [...PATHS, 'Result', 'ResultPath', 'Parameters'],
    JSONata: ['Output'],
    required: [],
  },
  Task: {
    both: [...TRANSITION, ...ERRORS, 'Assign', 'Resource', 'Credentials', 'TimeoutSeconds', 'HeartbeatSeconds'],
    JSONPath: [...PATHS, ...RESULT, 'Parameters', 'TimeoutSecondsPath', 'HeartbeatSecondsPath'],
    JSONata: ['Arguments', 'Output'],
    required: ['Resource'],
  },
  Choice: { both: ['Choices', 'Default', 'Assign'], JSONPath: PATHS, JSONata: ['Output'], required: ['Choices'] },
  Wait: {
    both: [...TRANSITION, 'Assign', 'Seconds', 'Timestamp'],
    JSONPath: [...PATHS, 'SecondsPath', 'TimestampPath'],
    JSONata: ['Output'],
    required: [],
  },
  Succeed: { both: [], JSONPath: PATHS, JSONata: ['Output'], required: [] },
  Fail: { both: ['Error', 'Cause'], JSONPath: ['ErrorPath', 'CausePath'], JSONata: [], required: [] },
  Parallel: {
    both: [...TRANSITION, ...ERRORS, 'Assign', 'Branches'],
    JSONPath: [...PATHS, ...RESULT, 'Parameters'],
    JSONata: ['Arguments', 'Output'],
    required: ['Branches'],
  },
  Map: {
    both: [
      ...TRANSITION,
      ...ERRORS,
      'Assign',
      'ItemProcessor',
      'Iterator',
      'ItemSelector',
      'ItemReader',
      'ItemBatcher',
      'ResultWriter',
      'MaxConcurrency',
      'ToleratedFailureCount',
      'ToleratedFailurePercentage',
      'Label',
    ],
    JSONPath: [
      ...PATHS,
      ...RESULT,
      'Parameters',
      'ItemsPath',
      'MaxConcurrencyPath',
      'ToleratedFailureCountPath',
      'ToleratedFailurePercentagePath',
    ],
    JSONata: ['Items', 'Output'],
    required: [],
  },
};

/** Every field of that state type, in either language. */
export function supportedFields(type: string): string[] {
  const fields = STATE_FIELDS[type];
  return fields ? [...EVERY, ...fields.both, ...fields.JSONPath, ...fields.JSONata] : EVERY;
}

/** The fields of that type which only the other language has. */
export function foreignFields(type: string, language: QueryLanguage): readonly string[] {
  return STATE_FIELDS[type]?.[language === 'JSONPath' ? 'JSONata' : 'JSONPath'] ?? [];
}

/** Of each group at most one field may be given. */
export const EXCLUSIVE: readonly (readonly string[])[] = [
  ['TimeoutSeconds', 'TimeoutSecondsPath'],
  ['HeartbeatSeconds', 'HeartbeatSecondsPath'],
  ['MaxConcurrency', 'MaxConcurrencyPath'],
  ['ToleratedFailureCount', 'ToleratedFailureCountPath'],
  ['ToleratedFailurePercentage', 'ToleratedFailurePercentagePath'],
  ['ItemProcessor', 'Iterator'],
  ['ItemSelector', 'Parameters'],
  ['Error', 'ErrorPath'],
  ['Cause', 'CausePath'],
];
