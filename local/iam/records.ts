/** What the local cloud keeps of IAM's resources. Times are milliseconds of the cloud's clock. */

export interface Tag {
  readonly Key: string;
  readonly Value: string;
}

/** What a user and a role have in common. */
export interface PrincipalRecord {
  readonly accountId: string;
  readonly name: string;
  /** "/" or "/team/": begins and ends with a slash. */
  readonly path: string;
  readonly arn: string;
  /** The unique id, "AROA…" or "AIDA…": never used again for another role of the same name. */
  readonly id: string;
  readonly createdAt: number;
  readonly tags: readonly Tag[];
  /** Policy text by policy name. */
  readonly inlinePolicies: Readonly<Record<string, string>>;
  /** ARNs of managed policies, in order of attachment. */
  readonly attachedPolicies: readonly string[];
  /** ARN of the managed policy that limits it. */
  readonly permissionsBoundary?: string;
}

export interface RoleRecord extends PrincipalRecord {
  readonly kind: 'role';
  readonly description?: string;
  readonly trustPolicy: string;
  /** Unique ids of the roles and users that the trust policy names, by ARN, as of when it was stored. */
  readonly trustedIds: Readonly<Record<string, string>>;
  /** Seconds. */
  readonly maxSessionDuration: number;
}

export interface UserRecord extends PrincipalRecord {
  readonly kind: 'user';
}

export interface ManagedPolicyRecord {
  readonly accountId: string;
  readonly name: string;
  readonly path: string;
  readonly arn: string;
  readonly id: string;
  readonly description?: string;
  readonly createdAt: number;
  readonly updatedAt: number;
  readonly tags: readonly Tag[];
  readonly defaultVersionId: string;
  readonly versions: readonly PolicyVersionRecord[];
  /** Number of the next version: numbers are never used twice. */
  readonly nextVersion: number;
}

export interface PolicyVersionRecord {
  readonly id: string;
  readonly document: string;
  readonly createdAt: number;
}

export interface AccessKeyRecord {
  readonly id: string;
  readonly secret: string;
  readonly accountId: string;
  readonly userName: string;
  readonly active: boolean;
  readonly createdAt: number;
}

export interface InstanceProfileRecord {
  readonly accountId: string;
  readonly name: string;
  readonly path: string;
  readonly arn: string;
  readonly id: string;
  readonly createdAt: number;
  readonly roleName?: string;
  readonly tags: readonly Tag[];
}
