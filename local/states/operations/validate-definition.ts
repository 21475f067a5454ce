import type { Operation } from '../../kernel/service.ts';
import { checkInput, definitionMember } from '../constraints.ts';
import { diagnose } from '../definition/check-definition.ts';

/** https://docs.aws.amazon.com/step-functions/latest/apireference/API_ValidateStateMachineDefinition.html */
export function validateStateMachineDefinition(): Operation {
  return {
    handle(input) {
      checkInput(input, {
        definition: { ...definitionMember, required: true },
        type: { type: 'string', values: ['STANDARD', 'EXPRESS'] },
        severity: { type: 'string', values: ['ERROR', 'WARNING'] },
        maxResults: { type: 'integer', min: 0, max: 100 },
      });
      const all = diagnose(input.definition, input.type ?? 'STANDARD').filter(
        ({ severity }) => input.severity === 'WARNING' || severity === 'ERROR',
      );
      const most = input.maxResults || 100;
      const failed = all.some(({ severity }) => severity === 'ERROR');
      return { result: failed ? 'FAIL' : 'OK', diagnostics: all.slice(0, most), truncated: all.length > most };
    },
  };
}
