import type { OrganizationClients } from '../../functions/accounts/organization.ts';
import { toCatalogueError } from '../../functions/runtime/aws-errors.ts';
import type { World } from './world.ts';

/** Milliseconds an invocation takes before its effects: the way there and the calls of a warm function. */
const WARM = { min: 40, max: 300 };
/** What a new sandbox takes on top. */
const COLD = { min: 700, max: 1_600 };
/** How long Lambda keeps an idle sandbox, about. */
const KEPT = 600_000;

interface Sandbox {
  readonly clients: OrganizationClients;
  idleSince: number;
}

/** Lambda as far as the schedule depends on it: sandboxes that remember, cold starts, the time an invocation takes. */
export interface Sandboxes {
  /** Runs a function's work in a sandbox. Rejects with an error of the catalogue. */
  invoke<T>(functionName: string, work: (clients: OrganizationClients) => Promise<T>): Promise<T>;
  readonly counts: { invocations: number; coldStarts: number; atOnce: number; mostAtOnce: number };
}

/** No function has a sandbox yet. */
export function createSandboxes({ local, random, newClients }: World): Sandboxes {
  const { clock } = local.cloud;
  const idle = new Map<string, Sandbox[]>();
  const counts = { invocations: 0, coldStarts: 0, atOnce: 0, mostAtOnce: 0 };
  const between = ({ min, max }: { min: number; max: number }) => min + random.next() * (max - min);

  function take(functionName: string): Sandbox | undefined {
    const sandboxes = idle.get(functionName) ?? [];
    idle.set(functionName, sandboxes);
    while (sandboxes[0] && sandboxes[0].idleSince < clock.now() - KEPT) sandboxes.shift();
    return sandboxes.pop();
  }

  return {
    counts,
    async invoke(functionName, work) {
      counts.invocations++;
      counts.mostAtOnce = Math.max(counts.mostAtOnce, ++counts.atOnce);
      const warm = take(functionName);
      if (!warm) counts.coldStarts++;
      const sandbox = warm ?? { clients: newClients(), idleSince: 0 };
      try {
        await clock.sleep(between(WARM) + (warm ? 0 : between(COLD)));
        return await work(sandbox.clients);
      } catch (error) {
        throw toCatalogueError(error);
      } finally {
        counts.atOnce--;
        sandbox.idleSince = clock.now();
        idle.get(functionName)?.push(sandbox);
      }
    },
  };
}
