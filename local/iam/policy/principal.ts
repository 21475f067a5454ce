import type { Caller } from '../../kernel/service.ts';

/** The Principal element: `"*"` or lists by kind. */
export interface PrincipalElement {
  readonly anyone: boolean;
  readonly aws: readonly string[];
  readonly services: readonly string[];
  readonly federated: readonly string[];
}

/**
 * How directly a resource policy names the caller, which decides what else has to allow the request. `account` only hands
 * the decision to the caller's own account.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html
 */
export type PrincipalMatch = 'session' | 'user' | 'role' | 'service' | 'anyone' | 'account';

const ACCOUNT = /^(?:arn:aws[\w-]*:iam::)?(\d{12})(?::root)?$/;

/** Parses a Principal that validation has accepted. */
export function parsePrincipal(element: unknown): PrincipalElement {
  if (element === '*') return { anyone: true, aws: [], services: [], federated: [] };
  const kinds = element as Record<string, string | string[]>;
  const list = (kind: string) => [kinds[kind] ?? []].flat();
  const aws = list('AWS');
  return { anyone: aws.includes('*'), aws, services: list('Service').map(withoutRegion), federated: list('Federated') };
}

/** The most direct way in which the element names the caller; undefined if it does not. */
export function matchPrincipal(element: PrincipalElement, caller: Caller): PrincipalMatch | undefined {
  if (caller.kind === 'service') {
    if (element.services.includes(withoutRegion(caller.arn))) return 'service';
    return element.anyone ? 'anyone' : undefined;
  }
  if (caller.kind === 'anonymous') return element.anyone ? 'anyone' : undefined;
  const direct = element.aws.map((name) => matchAws(name, caller)).filter((match) => match !== undefined);
  for (const kind of ['session', 'user', 'role'] as const) if (direct.includes(kind)) return kind;
  if (element.anyone) return 'anyone';
  return direct[0];
}

function matchAws(name: string, caller: Caller): PrincipalMatch | undefined {
  if (name === caller.arn && caller.kind === 'role') return 'session';
  if (name === caller.arn && caller.kind === 'user') return 'user';
  if (caller.roleArn !== undefined && name === caller.roleArn) return 'role';
  // A trust policy keeps the unique id of the role or user it names, so that one made anew under the name is another.
  if (caller.kind === 'role' && caller.userId.startsWith(`${name}:`)) return 'role';
  if (caller.kind === 'user' && caller.userId === name) return 'user';
  return ACCOUNT.exec(name)?.[1] === caller.accountId ? 'account' : undefined;
}

/**
 * A service's principal without its region: `states.eu-west-1.amazonaws.com` in a policy means Step Functions as
 * `states.amazonaws.com` does.
 */
function withoutRegion(servicePrincipal: string): string {
  return servicePrincipal.replace(/^([a-z0-9-]+)\.[a-z]{2}(?:-[a-z]+)+-\d(\.amazonaws\.com)$/, '$1$2');
}
