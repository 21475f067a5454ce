import { type Placed, placementId } from '../names.ts';
import type { WorkspaceNumbers } from './numbers.ts';

/** Whose workspace it is, and which of its placements. */
export interface Workspace extends Placed {
  readonly tier: string;
}

export const tenantLabel = 'tenantry.dev/tenant';
export const tierLabel = 'tenantry.dev/tier';
export const generationLabel = 'tenantry.dev/generation';
export const baselineVersionLabel = 'tenantry.dev/baseline-version';
export const managedByLabel = 'app.kubernetes.io/managed-by';
export const managedBy = 'tenantry';

/** The Pod Security Standard every tenant gets, pinned: with `latest` an upgrade of the cluster would change what runs. */
export const podSecurityLevel = 'restricted';
export const podSecurityVersion = 'v1.35';

export const tenantRoles = ['admin', 'edit', 'view'] as const;
export type TenantRole = (typeof tenantRoles)[number];

/** Annotations of a tenant's namespace that the admission policies read. Lists are comma-separated. */
export const settings = {
  imageRegistries: 'tenantry.dev/image-registries',
  storageClasses: 'tenantry.dev/storage-classes',
  priorityClasses: 'tenantry.dev/priority-classes',
  runtimeClasses: 'tenantry.dev/runtime-classes',
  loadBalancers: 'tenantry.dev/load-balancers',
  ingressClasses: 'tenantry.dev/ingress-classes',
  ingressDomain: 'tenantry.dev/ingress-domain',
  standalonePods: 'tenantry.dev/standalone-pods',
} as const;

/** In which the namespaces of tenants begin. */
export const namespacePrefix = 'tenant-';

/**
 * The namespace a tenant lives in: `tenant-acme`.
 * @throws RangeError if the id is no DNS label or the name would pass Kubernetes' 63 characters.
 */
export function namespaceName(placed: Placed): string {
  const { tenantId } = placed;
  const name = `${namespacePrefix}${placementId(placed)}`;
  if (name.length > 63 || !/^[a-z0-9]([a-z0-9-]*[a-z0-9])?$/.test(tenantId)) {
    throw new RangeError(
      `Tenant id "${tenantId}" makes no namespace name: a DNS label of at most 56 characters is needed.`,
    );
  }
  return name;
}

/** The Kubernetes group that an EKS access entry maps a tenant's people and roles to. */
export function groupName(tenantId: string, role: TenantRole): string {
  return `tenant:${tenantId}:${role}`;
}

/** The Kubernetes group that the access entries of the platform's own functions are mapped to. */
export const platformGroup = 'tenantry:platform';

/** Labels that every object of a tenant's workspace carries, and that the protection of platform objects goes by. */
export function workspaceLabels(workspace: Workspace): Record<string, string> {
  return {
    [managedByLabel]: managedBy,
    [tenantLabel]: workspace.tenantId,
    [tierLabel]: workspace.tier,
    [generationLabel]: String(workspace.generation),
  };
}

/** Pod Security labels in all three modes: `audit` and `warn` say early what `enforce` will refuse. https://kubernetes.io/docs/concepts/security/pod-security-admission/ */
export function podSecurityLabels(): Record<string, string> {
  const labels: Record<string, string> = {};
  for (const mode of ['enforce', 'audit', 'warn']) {
    labels[`pod-security.kubernetes.io/${mode}`] = podSecurityLevel;
    labels[`pod-security.kubernetes.io/${mode}-version`] = podSecurityVersion;
  }
  return labels;
}

/** What the tier allows, written where the admission policies can read it. */
export function settingAnnotations(tenantId: string, numbers: WorkspaceNumbers): Record<string, string> {
  return {
    [settings.imageRegistries]: numbers.imageRegistries.join(','),
    [settings.storageClasses]: numbers.storageClasses.join(','),
    [settings.priorityClasses]: numbers.priorityClasses.join(','),
    [settings.runtimeClasses]: numbers.runtimeClasses.join(','),
    [settings.loadBalancers]: numbers.loadBalancers ? 'allowed' : 'refused',
    [settings.ingressClasses]: numbers.ingress.classes.join(','),
    [settings.ingressDomain]: `${tenantId}.${numbers.ingress.domain}`,
    [settings.standalonePods]: numbers.standalonePods,
  };
}
