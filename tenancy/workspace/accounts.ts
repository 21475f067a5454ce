import type { KubernetesObject } from './kubernetes-object.ts';

/** The service account that the tenant's Pod Identity association names; its pods get the tenant's AWS role. */
export const workloadServiceAccount = 'tenant-workload';

/**
 * Service accounts that mount no API token on their own: a workload that is broken into has then nothing to talk to the
 * API server with. `default` is made here rather than waited for; the controller leaves an existing one alone.
 * https://kubernetes.io/docs/tasks/configure-pod-container/configure-service-account/#opt-out-of-api-credential-automounting
 */
export function serviceAccounts(): KubernetesObject[] {
  return ['default', workloadServiceAccount].map((name) => ({
    apiVersion: 'v1',
    kind: 'ServiceAccount',
    metadata: { name },
    automountServiceAccountToken: false,
  }));
}
