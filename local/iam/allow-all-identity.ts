import type { Caller, Identity } from '../kernel/service.ts';
import { parseEntityArn } from './database.ts';
import { roleSession } from './session.ts';
import { signatureParameters } from './signature/signature-parameters.ts';

/**
 * No check at all, for runs without IAM (`--services states,events`): every request is an operator's, of the account
 * that a key id of twelve digits names or else of `accountId`; every role can be assumed.
 */
export function allowAllIdentity(accountId: string): Identity {
  return {
    authenticate(request) {
      const parameters = signatureParameters(request);
      const named = 'accessKeyId' in parameters ? parameters.accessKeyId : '';
      return operator(/^\d{12}$/.test(named) ? named : accountId);
    },
    authorize: () => undefined,
    serviceRole(roleArn, _servicePrincipal, sessionName) {
      const name = roleArn.slice(roleArn.lastIndexOf('/') + 1);
      const entity = parseEntityArn(roleArn, 'role') ?? { accountId, name };
      return roleSession({ ...entity, arn: roleArn, id: 'AROALOCALLOCALLOCAL' }, sessionName, 0);
    },
    credentials: (caller, durationSeconds) => ({
      accessKeyId: caller.accountId,
      secretAccessKey: 'local',
      sessionToken: 'local',
      expiration: new Date(Date.now() + durationSeconds * 1000),
    }),
  };
}

function operator(accountId: string): Caller {
  return { kind: 'administrator', accountId, arn: `arn:aws:iam::${accountId}:root`, userId: accountId };
}
