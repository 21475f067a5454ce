/**
 * The process of acquiring a placement, as an ordered list: the one place that says so. The workflow's states, the order
 * of the ledger, the documentation and the command line agree with it, and tests prove that.
 */
export const acquireSteps = [
  { state: 'EnsureAccount', kind: 'account', summary: 'the AWS account the tenant lives in' },
  { state: 'EnsureFoundation', kind: 'foundation', summary: "the tenant's IAM role and budget (CloudFormation stack)" },
  { state: 'EnsureClusterAccess', kind: 'cluster-access', summary: "the cluster and the tenant's access entry in it" },
  {
    state: 'EnsureClusterBaseline',
    kind: 'cluster-baseline',
    summary: 'admission policies and roles, once per cluster',
  },
  { state: 'EnsureWorkspace', kind: 'workspace', summary: 'the fenced namespace' },
  { state: 'ProveIsolation', kind: 'proof', summary: "hostile requests with the tenant's own identity, all refused" },
] as const;

/** Kinds of resources that the ledger records, in the order they are made; released in reverse. */
export const resourceKinds = ['account', 'foundation', 'cluster-access', 'workspace'] as const;

export type ResourceKind = (typeof resourceKinds)[number];
