import type { Account } from '../../../tenancy/accounts/account.ts';
import type { AccountsConfig } from '../../../tenancy/accounts/config.ts';
import type { AccountClients } from '../account-clients.ts';

/** What a check of readiness looks at. */
export interface Checked {
  readonly clients: AccountClients;
  readonly account: Account;
  readonly settings: AccountsConfig;
}

/** One thing a fresh account must be able to do before it is of use; checked by doing it. */
export interface Check {
  /** Recorded once it was passed: `ec2`, `quota/lambda/L-B99A9384`. */
  readonly name: string;
  /** What is still missing, for people; `undefined` when it is passed. Asks for what can be asked for, once. */
  run(checked: Checked): Promise<string | undefined>;
}

/** Codes by which services say that they do not know a new account yet. */
const NOT_YET = new Set([
  'NotSignedUp',
  'OptInRequired',
  'SubscriptionRequiredException',
  'SubscriptionRequired',
  'PendingVerification',
  'PendingAccountVerification',
  'AuthFailure',
  'InvalidClientTokenId',
  'UnrecognizedClientException',
]);

/** Codes of a role that is not known everywhere yet. */
const NOT_ALLOWED_YET = new Set(['AccessDenied', 'AccessDeniedException', 'UnauthorizedOperation']);

/** Whether a service says that it does not know a new account yet. */
export function isUnknownYet(error: unknown): error is Error {
  return error instanceof Error && NOT_YET.has(error.name);
}

/** Whether an error passes as the account gets older; other errors are thrown on. */
export function isNotYet(error: unknown): error is Error {
  return isUnknownYet(error) || (error instanceof Error && NOT_ALLOWED_YET.has(error.name));
}

/** A check that is passed when the call is answered. */
export function answers(name: string, call: (checked: Checked) => Promise<unknown>): Check {
  return {
    name,
    async run(checked) {
      try {
        await call(checked);
        return undefined;
      } catch (error) {
        if (isNotYet(error)) return `${error.name}: ${error.message}`;
        throw error;
      }
    },
  };
}
