import { join } from 'node:path';
import { ListExecutionsCommand } from '@aws-sdk/client-sfn';
import { createPublisher } from '../../events/publisher.ts';
import { tenantCreated } from '../../events/tenant-created.ts';
import { getTenant } from '../../functions/operations/tenant-registry.ts';
import { readConfigFile } from '../../infra/config-file.ts';
import type { Tenant } from '../../tenancy/tenant.ts';
import { connect, type Installation } from '../installation.ts';
import { table } from '../output.ts';
import { projectRoot } from '../project.ts';
import { LOCAL_ENDPOINT } from '../settings.ts';
import { preflight } from '../up/preflight.ts';
import { createProgress, type Progress } from '../up/progress.ts';
import { sampleEvents } from '../up/samples.ts';
import { stepLines } from '../up/step-lines.ts';
import { type Up, up } from '../up/up.ts';

export interface UpCommandOptions {
  port: number;
  state: string;
  clock: 'real' | 'jump' | number;
  samples: boolean;
  once: boolean;
  fresh: boolean;
  kubeconfig?: string;
  /** File of the configuration. Default: the one that comes with the package. */
  config?: string;
  /** How many clusters run at once. Default: as many as fit in half of the free memory. */
  controlPlanes?: number;
  /** Real minutes without a connection after which a cluster is paused; 0 for never. Default 5. */
  pauseAfter?: number;
}

/** Where the state is kept, unless told otherwise. */
export const DEFAULT_STATE = join(projectRoot, '.tenantry');

const ONBOARDING_DEADLINE_MILLISECONDS = 10 * 60_000;

/**
 * `tenantry up`, and `npm start` with the samples: builds what is not built, starts the local cloud with the product on
 * it, shows every step, and serves until it is stopped. With `once` it ends after the summary; the exit code is 0 only
 * if every sample tenant is ready.
 */
export async function upCommand(options: UpCommandOptions): Promise<number> {
  const progress = createProgress();
  const { port, state, clock, kubeconfig, controlPlanes, pauseAfter } = options;
  // Before anything is removed or built.
  const configuration = readConfigFile(options.config);
  await preflight(options);
  const running = await up({
    port,
    state,
    clock,
    progress,
    configuration,
    ...(kubeconfig && { kubeconfig }),
    ...(controlPlanes !== undefined && { mostControlPlanes: controlPlanes }),
    ...(pauseAfter !== undefined && { pauseAfterMinutes: pauseAfter }),
  });
  const stopping = untilStopped();
  const installation = await connect(running.settings);
  let code = 0;
  if (options.samples) {
    running.local.cloud.on(stepLines(progress.line));
    const tenants = await Promise.race([onboardSamples(installation, progress), stopping.then(() => [])]);
    code = tenants.length > 0 && tenants.every((tenant) => tenant?.state === 'READY') ? 0 : 1;
    if (tenants.length > 0) console.log(summary(tenants, running));
  }
  if (!options.once) {
    progress.line('serving until Ctrl-C');
    await stopping;
    progress.line('stopping');
    code = 0;
  }
  await running.stop();
  return code;
}

function untilStopped(): Promise<void> {
  return new Promise((resolve) => {
    let asked = 0;
    for (const signal of ['SIGINT', 'SIGTERM'] as const) {
      process.on(signal, () => {
        // A terminal's Ctrl-C may arrive twice, from the terminal and through npm; one that is still wanted later counts.
        if (asked > 0 && Date.now() - asked > 2_000) process.exit(1);
        asked ||= Date.now();
        resolve();
      });
    }
  });
}

async function onboardSamples(installation: Installation, progress: Progress): Promise<(Tenant | undefined)[]> {
  progress.line(`putting ${sampleEvents.length} TenantCreated events on the bus "${installation.busName}"`);
  const publisher = createPublisher({
    client: installation.events,
    source: 'saas.sample',
    busName: installation.busName,
  });
  await publisher.publish(...sampleEvents.map(({ metadata, data }) => ({ type: tenantCreated, data, metadata })));
  const ids = sampleEvents.map((event) => event.data.tenantId);
  const deadline = Date.now() + ONBOARDING_DEADLINE_MILLISECONDS;
  for (;;) {
    const tenants = await Promise.all(ids.map((id) => getTenant(installation.table, id)));
    const busy = tenants.some((tenant) => !tenant || tenant.state === 'ONBOARDING' || tenant.state === 'COMPENSATING');
    if ((!busy && !(await anyRunning(installation))) || Date.now() > deadline) return tenants;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}

/** A tenant is READY before its execution has ended: it still leaves the gate. */
async function anyRunning({ stepFunctions, stateMachineArn }: Installation): Promise<boolean> {
  const { executions } = await stepFunctions.send(
    new ListExecutionsCommand({ stateMachineArn: stateMachineArn('onboard-tenant'), statusFilter: 'RUNNING' }),
  );
  return (executions ?? []).length > 0;
}

function summary(tenants: (Tenant | undefined)[], { settings }: Up): string {
  const rows = tenants.map((tenant, index) => [
    tenant?.tenantId ?? sampleEvents[index]?.data.tenantId,
    tenant?.state ?? 'not registered',
    tenant?.tier,
    tenant?.cluster?.name,
    tenant?.namespace,
    tenant?.roleArn,
  ]);
  const { port: number } = new URL(settings.endpoint ?? LOCAL_ENDPOINT);
  const port = settings.endpoint === LOCAL_ENDPOINT ? '' : ` --port ${number}`;
  return `
${table(['tenant', 'state', 'tier', 'cluster', 'namespace', 'role'], rows)}

Times of steps are simulated: waiting for AWS is leapt over. Pods stay Pending: these clusters have no nodes.

  ${`eval "$(npx tenantry env${port})"`.padEnd(48)} any AWS client talks to ${settings.endpoint} from here on
  npx tenantry show acme                           state, ledger, steps with their times
  aws stepfunctions list-executions --state-machine-arn arn:aws:states:us-east-1:111111111111:stateMachine:tenantry-onboard-tenant
  npx tenantry kubeconfig acme > acme.kubeconfig
  kubectl --kubeconfig acme.kubeconfig get resourcequotas,networkpolicies
`;
}
