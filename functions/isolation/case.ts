import type { WorkspaceNumbers } from '../../tenancy/workspace/numbers.ts';
import type { KubernetesAnswer, KubernetesRequest } from '../kubernetes/client.ts';

/** Who is put to the proof, and against whom. */
export interface ProofSubject {
  readonly tenantId: string;
  readonly namespace: string;
  readonly numbers: WorkspaceNumbers;
  /** Name of the tier; what its pods have to say if it has nodes of its own. */
  readonly tier?: string;
  /** A namespace that is none of the tenant's business. */
  readonly neighbour: string;
}

/** One request with the tenant's own identity, and the control that has to answer it. Writes are dry runs. */
export interface IsolationCase {
  readonly name: string;
  readonly control: Control;
  readonly request: KubernetesRequest;
}

/** What has to answer: acceptance for the well-behaved, one certain control for each hostile request. */
export type Control =
  | { readonly kind: 'accepted' }
  /** `detail` is the check of the standard that has to object. */
  | { readonly kind: 'PodSecurity'; readonly detail: string }
  | { readonly kind: 'ValidatingAdmissionPolicy'; readonly name: string }
  | { readonly kind: 'ResourceQuota'; readonly name: string }
  | { readonly kind: 'LimitRange'; readonly detail: string }
  /** RBAC: the right itself is missing. `resource` with its subresource. */
  | { readonly kind: 'RBAC'; readonly verb: string; readonly resource: string }
  /** RBAC: nobody can give what they do not have. */
  | { readonly kind: 'RBAC escalation' };

export const accepted: Control = { kind: 'accepted' };
export const podSecurity = (detail: string): Control => ({ kind: 'PodSecurity', detail });
export const policy = (name: string): Control => ({ kind: 'ValidatingAdmissionPolicy', name });
export const quota = (name: string): Control => ({ kind: 'ResourceQuota', name });
export const limit = (detail: string): Control => ({ kind: 'LimitRange', detail });
export const rbac = (verb: string, resource: string): Control => ({ kind: 'RBAC', verb, resource });
export const escalation: Control = { kind: 'RBAC escalation' };

/** The control in words, for the result. */
export function controlName(control: Control): string {
  return 'name' in control ? `${control.kind} ${control.name}` : control.kind;
}

/** Whether this very control gave the answer; a refusal for another reason is not it. */
export function answeredBy(control: Control, answer: KubernetesAnswer, podSecurityStandard: string): boolean {
  if (control.kind === 'accepted') return (answer.status >= 200 && answer.status < 300) || usedUp(answer);
  if (answer.status !== 403 && answer.status !== 422) return false;
  const text = textOf(answer);
  switch (control.kind) {
    case 'PodSecurity':
      return text.includes(`violates PodSecurity "${podSecurityStandard}"`) && text.includes(control.detail);
    case 'ValidatingAdmissionPolicy':
      return text.includes(`ValidatingAdmissionPolicy '${control.name}' `);
    case 'ResourceQuota':
      return text.includes(`exceeded quota: ${control.name},`);
    case 'LimitRange':
      return text.includes(control.detail);
    case 'RBAC':
      return text.includes(` cannot ${control.verb} resource "${control.resource}"`);
    case 'RBAC escalation':
      return text.includes('is attempting to grant RBAC permissions not currently held');
  }
}

/**
 * Whether all that stands against the request is what the tenant has already: the quota is asked last, when every other control has
 * let the request pass. A quota of nothing refuses whatever is used.
 * https://kubernetes.io/docs/reference/access-authn-authz/admission-controllers/#resourcequota
 */
function usedUp(answer: KubernetesAnswer): boolean {
  const [, used] = /exceeded quota: .*, used: (.*), limited: /.exec(textOf(answer)) ?? [];
  return answer.status === 403 && used !== undefined && used.split(',').every((amount) => !amount.endsWith('=0'));
}

/** The text of a `Status`; nothing of any other body, which may hold what a tenant must not see. */
export function textOf({ body }: KubernetesAnswer): string {
  const status = body as { kind?: string; message?: unknown } | undefined;
  return typeof status?.message === 'string' ? status.message : '';
}
