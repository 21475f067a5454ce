import { AwsError } from '../../kernel/errors.ts';
import type { AccessRequest, Operation, OperationInput } from '../../kernel/service.ts';
import { causeMember, checkInput, dataMember, errorMember } from '../constraints.ts';
import type { TokenResult } from '../engine/contract.ts';
import type { States } from '../states.ts';
import { resourceOf } from './access.ts';

const tokenMember = { type: 'string', required: true, min: 1, max: 2048 } as const;

/** https://docs.aws.amazon.com/step-functions/latest/apireference/API_SendTaskSuccess.html */
export function sendTaskSuccess(states: States): Operation {
  return {
    authorize: onToken(states, 'SendTaskSuccess'),
    handle(input) {
      checkInput(input, { taskToken: tokenMember, output: { ...dataMember, required: true } });
      try {
        JSON.parse(input.output);
      } catch (cause) {
        const reason = cause instanceof Error ? cause.message : String(cause);
        throw new AwsError('InvalidOutput', `Invalid Output: '${reason}'`, { cause });
      }
      return answer(states, input, states.engine.taskSucceeded(input.taskToken, input.output));
    },
  };
}

/** https://docs.aws.amazon.com/step-functions/latest/apireference/API_SendTaskFailure.html */
export function sendTaskFailure(states: States): Operation {
  return {
    authorize: onToken(states, 'SendTaskFailure'),
    handle(input) {
      checkInput(input, { taskToken: tokenMember, error: errorMember, cause: causeMember });
      return answer(states, input, states.engine.taskFailed(input.taskToken, input.error, input.cause));
    },
  };
}

/** https://docs.aws.amazon.com/step-functions/latest/apireference/API_SendTaskHeartbeat.html */
export function sendTaskHeartbeat(states: States): Operation {
  return {
    authorize: onToken(states, 'SendTaskHeartbeat'),
    handle(input) {
      checkInput(input, { taskToken: tokenMember });
      return answer(states, input, states.engine.taskHeartbeat(input.taskToken));
    },
  };
}

/** A token stands for a task of a state machine; a made-up one stands for nothing, and the handler says so. */
function onToken(states: States, action: string): (input: OperationInput) => AccessRequest[] {
  return (input) => {
    const known = typeof input.taskToken === 'string' ? states.tokens.get(input.taskToken) : undefined;
    return known ? [{ action: `states:${action}`, ...resourceOf(known.stateMachineArn) }] : [];
  };
}

function answer(states: States, input: OperationInput, result: TokenResult): Record<string, never> {
  if (result === 'accepted') return {};
  if (result === 'timed-out' || states.tokens.get(input.taskToken)) {
    throw new AwsError('TaskTimedOut', "Task Timed Out: 'Provided task does not exist anymore'");
  }
  throw new AwsError('InvalidToken', "Invalid Token: 'Invalid token'");
}
