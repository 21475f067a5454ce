import { existsSync } from 'node:fs';
import { join } from 'node:path';

/** The programs that clusters are made of. */
export interface KubeAssets {
  /** Command and leading arguments that run etcd. */
  readonly etcd: readonly string[];
  /** kube-apiserver and kube-controller-manager: in one process, or as two. */
  readonly controlPlane:
    | { readonly kind: 'combined'; readonly command: readonly string[] }
    | {
        readonly kind: 'separate';
        readonly apiserver: readonly string[];
        readonly controllerManager: readonly string[];
      };
  /** Whether the programs end with their standard input (those we build do). */
  readonly exitsWithStdin: boolean;
}

/** What goes wrong before any cluster can run; the message says what to do. */
export class KubeAssetsError extends Error {
  override readonly name = 'KubeAssetsError';
}

/** The assets that `kube/` builds: everything in one binary. */
export function binaryAssets(path: string): KubeAssets {
  return {
    etcd: [path, 'etcd'],
    controlPlane: { kind: 'combined', command: [path, 'control-plane'] },
    exitsWithStdin: true,
  };
}

/**
 * A folder as `setup-envtest` lays it out. Throws {@link KubeAssetsError} naming what is missing. Such an apiserver trusts a
 * token for ten real seconds after it checked it (a constant upstream), so a revoked access entry works that much longer.
 */
export function folderAssets(folder: string): KubeAssets {
  const path = (name: string) => join(folder, name);
  const missing = ['etcd', 'kube-apiserver', 'kube-controller-manager'].filter((name) => !existsSync(path(name)));
  if (missing.length > 0)
    throw new KubeAssetsError(
      `TENANTRY_KUBE_ASSETS=${folder} lacks ${missing.join(', ')}. Put them there, or unset TENANTRY_KUBE_ASSETS to build them with Go.`,
    );
  return {
    etcd: [path('etcd')],
    controlPlane: {
      kind: 'separate',
      apiserver: [path('kube-apiserver')],
      controllerManager: [path('kube-controller-manager')],
    },
    exitsWithStdin: false,
  };
}
