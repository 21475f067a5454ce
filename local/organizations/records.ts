/** What the local cloud keeps of organizations. Times are milliseconds of the cloud's clock. */

export interface Tag {
  readonly Key: string;
  readonly Value: string;
}

export interface OrganizationRecord {
  /** "o-…" */
  readonly id: string;
  /** "r-…": an organization has one root. */
  readonly rootId: string;
  readonly managementAccountId: string;
  readonly managementEmail: string;
  readonly featureSet: 'ALL' | 'CONSOLIDATED_BILLING';
  readonly createdAt: number;
  /** Until then it is being initialized and creates no accounts. */
  readonly finalizedAt: number;
  /** Policy types enabled in the root. */
  readonly policyTypes: readonly string[];
  /** When trusted access was enabled, by service principal. */
  readonly serviceAccess: Readonly<Record<string, number>>;
  /** When members were closed, in the last 30 days. */
  readonly closures: readonly number[];
  readonly resourcePolicy?: { readonly id: string; readonly content: string; readonly tags: readonly Tag[] };
}

/** A member of the tree: the root, an organizational unit or an account. */
export interface NodeRecord {
  readonly id: string;
  readonly organizationId: string;
  readonly kind: 'ROOT' | 'ORGANIZATIONAL_UNIT' | 'ACCOUNT';
  /** Absent for the root. */
  readonly parentId?: string;
  readonly name: string;
  /** Ids of the policies attached directly, in order of attachment. */
  readonly policies: readonly string[];
  readonly tags: readonly Tag[];
  /** For accounts. */
  readonly account?: AccountRecord;
}

export interface AccountRecord {
  readonly email: string;
  readonly joinedMethod: 'CREATED' | 'INVITED';
  readonly joinedAt: number;
  readonly state: 'ACTIVE' | 'PENDING_CLOSURE' | 'CLOSED';
  readonly closeRequestedAt?: number;
  /** When a requested closure will be complete, then: when it was. */
  readonly closedAt?: number;
  /** When it became a delegated administrator, by service principal. */
  readonly delegatedServices: Readonly<Record<string, number>>;
}

export type AccountNode = NodeRecord & { readonly account: AccountRecord; readonly parentId: string };

export interface PolicyRecord {
  readonly id: string;
  readonly organizationId: string;
  readonly name: string;
  readonly description: string;
  readonly type: string;
  readonly content: string;
  readonly awsManaged: boolean;
  readonly tags: readonly Tag[];
}

/** A request to create an account, kept as its status. */
export interface CreateRequestRecord {
  /** "car-…" */
  readonly id: string;
  readonly organizationId: string;
  readonly accountName: string;
  readonly email: string;
  readonly roleName: string;
  readonly tags: readonly Tag[];
  readonly state: 'IN_PROGRESS' | 'SUCCEEDED' | 'FAILED';
  readonly requestedAt: number;
  /** When it will be complete, then: when it was. */
  readonly completedAt: number;
  /** Decided at the request; shown only once it has succeeded. */
  readonly accountId: string;
  readonly failureReason?: string;
}
