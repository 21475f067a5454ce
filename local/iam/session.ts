import type { Caller } from '../kernel/service.ts';

/** What a session carries beyond what services need to know of a caller; STS passes it on when roles are chained. */
export interface SessionCaller extends Caller {
  /** Keys of the session tags that the next role of a chain inherits. */
  readonly transitiveTagKeys?: readonly string[];
  readonly sourceIdentity?: string;
  /** When the session began, in milliseconds. */
  readonly issuedAt?: number;
}

/** The caller of a role session named `sessionName` of the role. */
export function roleSession(
  role: { accountId: string; name: string; arn: string; id: string },
  sessionName: string,
  issuedAt: number,
): SessionCaller {
  return {
    kind: 'role',
    accountId: role.accountId,
    arn: `arn:aws:sts::${role.accountId}:assumed-role/${role.name}/${sessionName}`,
    userId: `${role.id}:${sessionName}`,
    roleArn: role.arn,
    issuedAt,
  };
}
