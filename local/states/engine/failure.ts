/** Where a JSONata evaluation failed, for the EvaluationFailed event. */
export interface EvaluationLocation {
  /** `Output/name`; absent when no single field is to blame. */
  location?: string;
}

/**
 * A state failed with a Step Functions error. `located` failures come from the interpreter itself: their cause is
 * completed with the state's name and the id of its StateEntered event, as AWS does.
 * https://docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html
 */
export class StateFailure extends Error {
  override readonly name = 'StateFailure';
  /** The error name: `States.Runtime`, `Lambda.Unknown`, … Undefined for a Fail state without Error. */
  readonly error: string | undefined;
  readonly located: boolean;
  /** Set when the history shows an EvaluationFailed event for it. */
  readonly evaluation: EvaluationLocation | undefined;
  /** Text of the cause; undefined where AWS shows none. */
  readonly reason: string | undefined;

  constructor(
    error: string | undefined,
    reason: string | undefined,
    options: { located?: boolean; evaluation?: EvaluationLocation } = {},
  ) {
    super(reason);
    this.error = error;
    this.reason = reason;
    this.located = options.located ?? false;
    this.evaluation = options.evaluation;
  }
}

/** An error of the interpreter that no JSONata expression caused. */
export function runtimeFailure(reason: string, error = 'States.Runtime'): StateFailure {
  return new StateFailure(error, reason, { located: true });
}

/** An error of a JSONata state; the history shows EvaluationFailed. */
export function evaluationFailure(reason: string, location?: string): StateFailure {
  return new StateFailure('States.QueryEvaluationError', reason, { located: true, evaluation: { location } });
}

/** A result over the payload limit; `producer` is the state or resource that made it. */
export function dataLimitFailure(producer: string): StateFailure {
  return new StateFailure(
    'States.DataLimitExceeded',
    `The state/task '${producer}' returned a result with a size exceeding the maximum number of bytes service limit.`,
  );
}
