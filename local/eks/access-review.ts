import { type AccessQuestion, policyAllows } from './access-policies.ts';
import type { EksEngine } from './engine.ts';
import type { AccessEntryRecord, ClusterRecord } from './records.ts';
import { currentPrincipal } from './review-principal.ts';

/** Spec of a SubjectAccessReview. https://kubernetes.io/docs/reference/kubernetes-api/authorization-resources/subject-access-review-v1/ */
export interface AccessReviewSpec {
  user?: string;
  uid?: string;
  groups?: string[];
  extra?: Record<string, string[]>;
  resourceAttributes?: {
    namespace?: string;
    verb?: string;
    group?: string;
    resource?: string;
    subresource?: string;
    name?: string;
  };
  nonResourceAttributes?: { path?: string; verb?: string };
}

/** Status of a SubjectAccessReview: allowed, or no opinion. Access policies never deny. */
export interface AccessReviewStatus {
  allowed: boolean;
  denied: false;
  reason: string;
}

/**
 * What the access policies of the user's access entry allow. Users that did not come through an access entry, impersonated
 * ones among them (they lack what the token review adds), get no opinion: RBAC alone decides.
 */
export function reviewAccess(engine: EksEngine, cluster: ClusterRecord, spec: AccessReviewSpec): AccessReviewStatus {
  const entry = currentPrincipal(engine, cluster, spec);
  const policyArn = entry && allowingPolicy(entry, question(spec));
  if (!policyArn) return { allowed: false, denied: false, reason: '' };
  return { allowed: true, denied: false, reason: `EKS Access Policy: allowed by ${policyArn}` };
}

function allowingPolicy(entry: AccessEntryRecord, asked: AccessQuestion): string | undefined {
  return entry.policies.find(({ policyArn, accessScope }) => policyAllows(policyArn, accessScope, asked))?.policyArn;
}

function question({ resourceAttributes, nonResourceAttributes }: AccessReviewSpec): AccessQuestion {
  const { namespace = '', verb = '', group = '', resource = '', subresource } = resourceAttributes ?? {};
  return {
    verb: nonResourceAttributes?.verb ?? verb,
    group,
    resource: subresource ? `${resource}/${subresource}` : resource,
    namespace,
    nonResource: nonResourceAttributes !== undefined,
  };
}
