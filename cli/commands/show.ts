import { readLedger } from '../../functions/operations/ledger-store.ts';
import type { Tenant } from '../../tenancy/tenant.ts';
import type { Installation } from '../installation.ts';
import { duration, print, table } from '../output.ts';
import { type StepTime, stepsOf } from '../steps.ts';
import { requireTenant } from '../tenants.ts';

/** `tenantry show <id>`: state, placement, ledger, and the steps of the last operation with their times. */
export async function show(installation: Installation, tenantId: string, json: boolean): Promise<void> {
  const tenant = await requireTenant(installation, tenantId);
  const [ledger, steps] = await Promise.all([
    readLedger(installation.table, tenantId),
    stepsOf(installation.stepFunctions, tenant.executionArn),
  ]);
  print(
    json,
    { tenant, ledger, operation: { operationId: tenant.operationId, executionArn: tenant.executionArn, steps } },
    () =>
      [
        `${tenant.tenantId}: ${tenant.state}, tier ${tenant.tier} (${tenant.placement.account} account, ${tenant.placement.workspace}), placement ${tenant.generation}`,
        `owner ${tenant.owner}, created ${tenant.createdAt}, changed ${tenant.updatedAt}`,
        ...otherPlacements(tenant),
        ...(tenant.failure
          ? [`failed at ${tenant.failure.step}: ${tenant.failure.error}: ${tenant.failure.message}`]
          : []),
        '',
        'Ledger',
        table(
          ['kind', 'name', 'placement', 'state', 'changed'],
          ledger.map((entry) => [entry.kind, entry.name, String(entry.generation), entry.state, entry.updatedAt]),
        ),
        '',
        `Operation ${tenant.operationId}`,
        tenant.executionArn,
        table(['step', 'workflow', 'status', 'time', 'attempts', 'last error'], steps.map(stepRow)),
      ].join('\n'),
  );
}

/** What it is to have, and what it has left. */
function otherPlacements({ next, previous }: Tenant): string[] {
  return [
    ...(next ? [`changes to tier ${next.tier}, placement ${next.generation}`] : []),
    ...(previous
      ? [
          `placement ${previous.generation} (tier ${previous.tier}, namespace ${previous.namespace} in ${previous.cluster.name}) is ${previous.releasing ? 'being released' : `kept until ${previous.keptUntil}`}`,
        ]
      : []),
  ];
}

function stepRow(step: StepTime): (string | undefined)[] {
  const time = step.milliseconds === undefined ? undefined : duration(step.milliseconds);
  return [
    `${'  '.repeat(step.depth)}${step.state}`,
    step.workflow,
    step.waitsAt ? `waits at ${step.waitsAt}` : step.status,
    time,
    step.attempts ? String(step.attempts) : undefined,
    step.error,
  ];
}
