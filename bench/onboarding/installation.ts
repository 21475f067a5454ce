import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { connect, type Installation } from '../../cli/installation.ts';
import { createProgress } from '../../cli/up/progress.ts';
import { up } from '../../cli/up/up.ts';
import type { RunningCloud } from '../../local/kernel/cloud.ts';

/** What a benchmark runs against: the product on a local cloud of its own. */
export interface Bench {
  readonly cloud: RunningCloud;
  readonly installation: Installation;
  /** Kubeconfig of a client certificate in `system:masters`: what kubectl and the bare client use. */
  readonly adminKubeconfig: string;
  stop(): Promise<void>;
}

/** Quotas that an operator with thousands of pooled tenants has had raised. */
const RAISED_QUOTAS = { iam: { quotas: { rolesPerAccount: 5_000 } }, cloudformation: { stackLimit: 5_000 } };

/** Starts it on a free port, with its state in memory. */
export async function startBench(): Promise<Bench> {
  const running = await up({
    port: 0,
    clock: 'jump',
    progress: createProgress(() => undefined),
    serviceOptions: RAISED_QUOTAS,
  });
  const installation = await connect(running.settings);
  const { cloud } = running.local;
  return {
    cloud,
    installation,
    adminKubeconfig: adminKubeconfigBelow(cloud.store.folder('kube')),
    stop: () => running.stop(),
  };
}

function adminKubeconfigBelow(folder: string): string {
  const found = readdirSync(folder, { recursive: true, encoding: 'utf8' }).find((path) =>
    path.endsWith('admin.kubeconfig'),
  );
  if (!found) throw new Error(`no kubeconfig of a control plane below ${folder}`);
  return join(folder, found);
}
