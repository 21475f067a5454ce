import { ConstraintViolationExceptionReason, CreateAccountFailureReason } from '@aws-sdk/client-organizations';
import { describe, expect, it } from 'vitest';
import { constraintClass, failureClass, failureReasons } from '../../tenancy/accounts/failure-reasons.ts';

describe('classes of failure', () => {
  it('cover every reason that AWS has, and none that it has not', () => {
    expect(Object.keys(failureReasons).sort()).toEqual(Object.values(CreateAccountFailureReason).sort());
  });

  it('stop everyone for a reason that is not known, until a person has looked', () => {
    expect(failureClass('SOMETHING_NEW')).toBe('blocked');
    expect(failureClass(undefined)).toBe('blocked');
    expect(constraintClass('SOMETHING_NEW')).toBe('blocked');
  });

  it('tell "too many in progress", which passes, from the account limit, which does not', () => {
    const { ACCOUNT_CREATION_RATE_LIMIT_EXCEEDED, ACCOUNT_NUMBER_LIMIT_EXCEEDED } = ConstraintViolationExceptionReason;
    expect(constraintClass(ACCOUNT_CREATION_RATE_LIMIT_EXCEEDED)).toBe('ask-again');
    expect(constraintClass(ACCOUNT_NUMBER_LIMIT_EXCEEDED)).toBe('blocked');
  });
});
