/**
 * What a reason for which AWS failed a creation asks of us.
 * - `ask-again`: it passes by itself.
 * - `look`: another request for the same account is under way; that one is to be found.
 * - `next-address`: the address is taken: by an account of ours that is to be found, or by a stranger.
 * - `blocked`: the organization cannot create any account until a person has put something right.
 * - `refused`: this account will never be created.
 */
export type FailureClass = 'ask-again' | 'look' | 'next-address' | 'blocked' | 'refused';

/**
 * Every CreateAccountFailureReason and its class.
 * https://docs.aws.amazon.com/organizations/latest/APIReference/API_CreateAccountStatus.html
 */
export const failureReasons = {
  INTERNAL_FAILURE: 'ask-again',
  CONCURRENT_ACCOUNT_MODIFICATION: 'look',
  EMAIL_ALREADY_EXISTS: 'next-address',
  ACCOUNT_LIMIT_EXCEEDED: 'blocked',
  MISSING_PAYMENT_INSTRUMENT: 'blocked',
  INVALID_PAYMENT_INSTRUMENT: 'blocked',
  MISSING_BUSINESS_VALIDATION: 'blocked',
  FAILED_BUSINESS_VALIDATION: 'blocked',
  PENDING_BUSINESS_VALIDATION: 'blocked',
  INVALID_IDENTITY_FOR_BUSINESS_VALIDATION: 'blocked',
  UNKNOWN_BUSINESS_VALIDATION: 'blocked',
  INVALID_ADDRESS: 'refused',
  INVALID_EMAIL: 'refused',
  GOVCLOUD_ACCOUNT_ALREADY_EXISTS: 'refused',
  UPDATE_EXISTING_RESOURCE_POLICY_WITH_TAGS_NOT_SUPPORTED: 'refused',
} as const satisfies Record<string, FailureClass>;

export type FailureReason = keyof typeof failureReasons;

/** The class of a reason; one that this version does not know stops everyone, so that a person looks before more is asked. */
export function failureClass(reason: string | undefined): FailureClass {
  if (reason && Object.hasOwn(failureReasons, reason)) return failureReasons[reason as FailureReason];
  return 'blocked';
}

/** What CreateAccount says at once when it does not even accept a request (ConstraintViolationException), other than `blocked`. */
const CONSTRAINTS: Readonly<Record<string, FailureClass>> = {
  // Too many creations in progress: the gate keeps to the limit, but others may create accounts in the organization too.
  ACCOUNT_CREATION_RATE_LIMIT_EXCEEDED: 'ask-again',
  MASTER_ACCOUNT_NOT_GOVCLOUD_ENABLED: 'refused',
  MAX_TAG_LIMIT_EXCEEDED: 'refused',
  TAG_POLICY_VIOLATION: 'refused',
};

/**
 * The class of a constraint's reason. Most are about the organization (its account limit, payment, contacts), so any other stops everyone.
 * https://docs.aws.amazon.com/organizations/latest/APIReference/API_CreateAccount.html#API_CreateAccount_Errors
 */
export function constraintClass(reason: string | undefined): FailureClass {
  if (reason && Object.hasOwn(CONSTRAINTS, reason)) return CONSTRAINTS[reason] ?? 'blocked';
  return 'blocked';
}
