import { createHash } from 'node:crypto';

/** The release of vcluster that the manifests are written for; its chart is what they are compared with. */
export const vclusterVersion = '0.30.0';

/** Marks the namespaces whose tenant lives in a virtual cluster. */
export const workspaceLabel = 'tenantry.dev/workspace';

/**
 * `vc-workload-<name>` has 63 characters then. A StatefulSet leaves room for one more: its pods carry the label
 * `controller-revision-hash: <name>-<hash>`, with up to ten characters of hash.
 */
const longest = 51;

/**
 * The name of a tenant's virtual cluster: the tenant id, as far as it is the name of a Service (starts with a letter) and
 * leaves room for what Kubernetes appends. Other ids are shortened or prefixed, with ten digits of their hash. There is one
 * virtual cluster per namespace, so the name needs to be unique only there.
 */
export function vclusterName(tenantId: string): string {
  if (tenantId.length <= longest && /^[a-z]([a-z0-9-]*[a-z0-9])?$/.test(tenantId)) return tenantId;
  const start = `v-${tenantId}`.slice(0, longest - 11).replace(/-+$/, '');
  return `${start}-${hash(tenantId)}`;
}

/** What belongs to the virtual cluster of that name, in its host namespace. */
export function vclusterObjectNames(name: string) {
  return {
    /** The secret with vcluster's own configuration. */
    config: `vc-config-${name}`,
    /** The service account of the control plane, which is the syncer's identity on the host; also its role binding. */
    serviceAccount: `vc-${name}`,
    /** As whom every synced pod runs on the host; a Pod Identity association names it. */
    workloadServiceAccount: `vc-workload-${name}`,
    /** The secret with the administrator's certificate, written by vcluster itself. */
    kubeconfig: `vc-${name}`,
    /** Certificate authorities and keys, written by vcluster itself. */
    certificates: `${name}-certs`,
    headlessService: `${name}-headless`,
    volumeClaim: `data-${name}-0`,
  } as const;
}

/**
 * Cluster role and binding that the chart makes when a value asks for a cluster role. These manifests ask for none; a release
 * looks for them because a virtual cluster that was made otherwise leaves them behind.
 */
export function vclusterClusterRoleName(name: string, namespace: string): string {
  return `vc-${name}-v-${namespace}`.slice(0, 63).replace(/-$/, '');
}

/**
 * The name on the host of an object of the virtual cluster, as the syncer makes it: `web-x-shop-x-acme`; over 63 characters
 * the first 52 and ten digits of the hash.
 */
export function hostName(name: string, virtualNamespace: string, vcluster: string): string {
  const whole = [name, virtualNamespace, vcluster].join('-x-');
  if (whole.length <= 63) return whole;
  return `${whole.slice(0, 52)}-${hash(whole)}`.replaceAll('.-', '-');
}

function hash(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 10);
}
