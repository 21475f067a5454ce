import { ListExecutionsCommand } from '@aws-sdk/client-sfn';
import { operations } from '../../tenancy/operations.ts';
import type { Installation } from '../installation.ts';
import { duration } from '../output.ts';
import { type StepTime, stepsOf } from '../steps.ts';

/**
 * A look is one ListExecutions for each workflow, and AWS gives back five calls a second, for all who list in the account.
 * https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html#service-limits-api-action-throttling-general
 */
const LOOK_EVERY_MILLISECONDS = 4_000;

/** `tenantry watch [id]`: prints each step of running and new operations as it ends, until interrupted. */
export async function watch(installation: Installation, tenantId: string | undefined, json: boolean): Promise<never> {
  const told = new Set<string>();
  const done = new Set<string>();
  if (!json) console.log('watching; Ctrl-C ends it');
  for (let first = true; ; first = false) {
    for (const execution of await executions(installation)) {
      const name = execution.name ?? '';
      if (done.has(execution.executionArn ?? '') || (tenantId && !name.startsWith(`${tenantId}-`))) continue;
      if (execution.status !== 'RUNNING') done.add(execution.executionArn ?? '');
      if (first && execution.status !== 'RUNNING') continue;
      await tell(installation, execution.executionArn ?? '', name, told, json);
    }
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MILLISECONDS));
  }
}

/** The newest of each operation, and of what follows from one later. */
async function executions({ stepFunctions, stateMachineArn }: Installation) {
  const workflows = [...operations.map(({ workflow }) => workflow), 'retire-placement'];
  const answers = await Promise.all(
    workflows.map((workflow) =>
      stepFunctions.send(new ListExecutionsCommand({ stateMachineArn: stateMachineArn(workflow), maxResults: 100 })),
    ),
  );
  return answers.flatMap((answer) => answer.executions ?? []);
}

async function tell(
  installation: Installation,
  executionArn: string,
  name: string,
  told: Set<string>,
  json: boolean,
): Promise<void> {
  const steps = await stepsOf(installation.stepFunctions, executionArn);
  for (const [index, step] of steps.entries()) {
    const key = `${executionArn}#${index}#${step.waitsAt ?? step.status}`;
    if ((step.status === 'running' && !step.waitsAt) || told.has(key)) continue;
    told.add(key);
    const tenant = name.replace(/-[0-9a-f]{16}$/, '');
    console.log(
      json
        ? JSON.stringify({ tenantId: tenant, executionArn, ...step })
        : `${tenant.padEnd(20)} ${step.state.padEnd(24)} ${outcomeOf(step)}${step.error ? `  ${step.error}` : ''}`,
    );
  }
}

function outcomeOf({ status, milliseconds, waitsAt }: StepTime): string {
  return waitsAt ? `waits at ${waitsAt}` : `${status.padEnd(10)} ${duration(milliseconds ?? 0)}`;
}
