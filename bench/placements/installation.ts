import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { connect } from '../../cli/installation.ts';
import { createProgress } from '../../cli/up/progress.ts';
import { up } from '../../cli/up/up.ts';
import { ensureVclusterBinary } from '../../local/vcluster/build.ts';
import type { Bench } from '../onboarding/installation.ts';
import { sixTiers } from './tiers.ts';

/** The product on a local cloud of its own, in memory, with a tier for each placement and other settings. Nothing is left to be built later. */
export async function startSixPlacements(progress: (line: string) => void, settings: object = {}): Promise<Bench> {
  await ensureVclusterBinary(progress);
  const { configuration, remove } = sixTiers(settings);
  try {
    const running = await up({ port: 0, clock: 'jump', progress: createProgress(progress), configuration });
    const { cloud } = running.local;
    return {
      cloud,
      installation: await connect(running.settings),
      adminKubeconfig: kubeconfigBelow(cloud.store.folder('kube')),
      stop: () => running.stop(),
    };
  } finally {
    remove();
  }
}

/** That of the shared cluster: no other exists yet. */
function kubeconfigBelow(folder: string): string {
  const found = readdirSync(folder, { recursive: true, encoding: 'utf8' }).find((path) =>
    path.endsWith('admin.kubeconfig'),
  );
  if (!found) throw new Error(`no kubeconfig of a control plane below ${folder}`);
  return join(folder, found);
}
