import type { Credentials } from '../kernel/service.ts';

/** Credentials as STS's answers show them. */
export function credentialsView(credentials: Credentials) {
  return {
    AccessKeyId: credentials.accessKeyId,
    SecretAccessKey: credentials.secretAccessKey,
    SessionToken: credentials.sessionToken,
    Expiration: credentials.expiration,
  };
}
