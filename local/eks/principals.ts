import { administrator } from '../kernel/cloud.ts';
import { AwsError } from '../kernel/errors.ts';
import type { Caller } from '../kernel/service.ts';
import type { EksEngine } from './engine.ts';
import { invalidParameter } from './errors.ts';

/** The IAM principal of an access entry. */
export interface Principal {
  readonly arn: string;
  /** Unique id: AROA… of a role, AIDA… of a user, the account id of its root. */
  readonly id: string;
  readonly kind: 'role' | 'user' | 'root';
  readonly accountId: string;
  /** Without its path. */
  readonly name: string;
}

/**
 * The principal an ARN names, looked up in IAM (any account). Throws InvalidParameterException for STS sessions, malformed
 * ARNs, principals that do not exist and service-linked roles.
 * https://docs.aws.amazon.com/eks/latest/userguide/creating-access-entries.html
 */
export async function findPrincipal(engine: EksEngine, principalArn: string): Promise<Principal> {
  const invalid = invalidParameter('The specified principalArn is invalid: invalid principal.');
  const [, accountId = '', path = ''] =
    principalArn.match(/^arn:aws:iam::(\d{12}):(root|(?:role|user)\/[\w+=,.@\-/]+)$/) ?? [];
  if (!path) throw invalid;
  if (path === 'root') return { arn: principalArn, id: accountId, kind: 'root', accountId, name: 'root' };
  if (path.startsWith('role/aws-service-role/'))
    throw invalidParameter(
      'The caller is not allowed to modify access entries with a principalArn value of a Service Linked Role',
    );
  const kind = path.startsWith('role/') ? 'role' : 'user';
  const name = path.slice(path.lastIndexOf('/') + 1);
  const principal = { arn: principalArn, kind, accountId, name } as const;
  // Without IAM in this run nobody knows ids: the ARN stands for the principal.
  if (!engine.cloud.has('iam')) return { ...principal, id: principalArn };
  const found = await lookUp(engine, kind, name, accountId);
  if (found?.Arn !== principalArn) throw invalid;
  return { ...principal, id: found.id };
}

async function lookUp(engine: EksEngine, kind: 'role' | 'user', name: string, accountId: string) {
  const [operation, input] = kind === 'role' ? ['GetRole', { RoleName: name }] : ['GetUser', { UserName: name }];
  try {
    const answer = await engine.cloud.call('iam', String(operation), input, administrator(accountId));
    const entity = kind === 'role' ? answer.Role : answer.User;
    return { Arn: String(entity.Arn), id: String(kind === 'role' ? entity.RoleId : entity.UserId) };
  } catch (error) {
    if (error instanceof AwsError && /^NoSuchEntity/.test(error.code)) return undefined;
    throw error;
  }
}

/** The principal behind a caller: the role of a session, the user, or the account itself. */
export function principalOf(engine: EksEngine, caller: Caller): Principal | undefined {
  const { accountId } = caller;
  const name = (arn: string) => arn.slice(arn.lastIndexOf('/') + 1);
  if (caller.kind === 'administrator')
    return { arn: `arn:aws:iam::${accountId}:root`, id: accountId, kind: 'root', accountId, name: 'root' };
  const known = engine.cloud.has('iam');
  if (caller.kind === 'user')
    return { arn: caller.arn, id: known ? caller.userId : caller.arn, kind: 'user', accountId, name: name(caller.arn) };
  if (caller.kind === 'role' && caller.roleArn) {
    const id = known ? (caller.userId.split(':')[0] ?? '') : caller.roleArn;
    return { arn: caller.roleArn, id, kind: 'role', accountId, name: name(caller.roleArn) };
  }
  return undefined;
}
