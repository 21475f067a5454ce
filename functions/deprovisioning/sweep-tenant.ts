import { IAMClient } from '@aws-sdk/client-iam';
import { sweepProof } from '../../events/tenant-deprovisioned.ts';
import { listClusters } from '../clusters/cluster-store.ts';
import { logsIn } from '../clusters/control-plane-logs.ts';
import { accountClients } from '../foundations/access.ts';
import { platformClient } from '../kubernetes/cluster-clients.ts';
import { eksIn } from '../kubernetes/eks-account.ts';
import { readLedger } from '../operations/ledger-store.ts';
import { expectCurrent } from '../operations/tenant-registry.ts';
import { config } from '../runtime/config.ts';
import { environment, once } from '../runtime/environment.ts';
import { step, stepInput } from '../runtime/step.ts';
import { table } from '../runtime/table.ts';
import { unlessGone } from '../suspension/unless-gone.ts';
import { removeLateLogs } from './late-logs.ts';
import { looksFor } from './looks.ts';
import { sweep } from './sweep.ts';

const iam = once(() => new IAMClient({}));

/** Step of deprovision-tenant: nothing of the tenant is left in any system, whatever the ledger says. Throws `ResourcesLeft`. */
export const handler = step({
  name: 'sweep-tenant',
  input: stepInput,
  output: sweepProof,
  async run(operation) {
    const { tenantId } = operation;
    await expectCurrent(table(), operation);
    const platformAccountId = environment('PLATFORM_ACCOUNT_ID');
    const shared = [...config.sharedClusters, ...(await listClusters(table()))].map(({ name }) => name);
    const systems = {
      table: table(),
      platformAccountId,
      iam: iam(),
      stacks: (accountId: string) => accountClients(accountId, platformAccountId).stacks,
      eks: eksIn,
      logs: logsIn,
      kubernetes: (name: string, accountId: string) => unlessGone(() => platformClient(name, accountId)),
    };
    const ledger = await readLedger(table(), tenantId);
    await removeLateLogs(systems, ledger);
    return sweep(looksFor(systems, tenantId, ledger, [...new Set(shared)]));
  },
});
