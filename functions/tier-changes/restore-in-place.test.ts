import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { demandOf } from '../../tenancy/clusters/capacity.ts';
import { looserNumbers } from '../../tenancy/tier-changes/looser-numbers.ts';
import { basicNumbers, type WorkspaceNumbers } from '../../tenancy/workspace/numbers.ts';
import { getCluster, takePlace } from '../clusters/cluster-store.ts';
import { placeAttributes } from '../clusters/join-shared-cluster.ts';
import { type MemoryKubernetes, memoryKubernetes } from '../kubernetes/memory-kubernetes.ts';
import { createLedger, readLedger } from '../operations/ledger-store.ts';
import type { Table } from '../runtime/table.ts';
import { emptyTable, localTable } from '../testing/local-table.ts';
import { ensureNamespace } from '../workspaces/ensure-namespace.ts';
import { adjustCommitment, largestOf } from './adjust-commitment.ts';

/**
 * What adjust-placement does to a workspace and its commitment, stopped after each of its steps and in the middle of the
 * writes, then run with the tiers exchanged: everything is as it was.
 */
let table: Table;
let close: () => Promise<void>;
beforeAll(async () => {
  ({ table, close } = await localTable());
});
beforeEach(() => emptyTable(table));
afterAll(() => close());

const { compute } = basicNumbers;
const tiers: Record<string, WorkspaceNumbers> = {
  basic: basicNumbers,
  // More cores and classes, less memory and fewer pods: it loosens and tightens.
  other: {
    ...basicNumbers,
    compute: { ...compute, 'requests.cpu': '6', 'requests.memory': '1Gi' },
    objects: { ...basicNumbers.objects, pods: 5, secrets: 80 },
    priorityClasses: ['tenantry-high'],
    loadBalancers: true,
    standalonePods: 'refused',
  },
};
const numbersOf = (tier: string) => tiers[tier] ?? basicNumbers;
const placed = { tenantId: 'acme', generation: 1 };
const capacity = { tenants: 5, cpuMillis: 20_000 };

type Step = () => Promise<unknown>;

function steps(kubernetes: MemoryKubernetes, registry: Table, fromTier: string, tier: string): Step[] {
  const [old, wanted] = [numbersOf(fromTier), numbersOf(tier)];
  const commitment = { ...placed, operationId: 'change', cluster: 'shared-1', capacity };
  const demand = demandOf(wanted.compute);
  return [
    () =>
      adjustCommitment(registry, {
        ...commitment,
        wanted: (held) => largestOf(held, demand, demandOf(old.compute)),
      }),
    () => ensureNamespace({ kubernetes }, { ...placed, tier: fromTier, numbers: looserNumbers(old, wanted) }),
    () => ensureNamespace({ kubernetes }, { ...placed, tier, numbers: wanted }),
    () => adjustCommitment(registry, { ...commitment, wanted: () => demand }),
  ];
}

async function world(kubernetes: MemoryKubernetes) {
  const objects = [...kubernetes.objects].map(([key, { metadata, status: _status, ...object }]) => {
    const { generation: _, ...rest } = metadata;
    return [key, { ...object, metadata: rest }] as const;
  });
  const { cpuMillis, memoryMebibytes, members } = (await getCluster(table, 'shared-1')) ?? {};
  const [entry] = await readLedger(table, 'acme');
  return { objects: new Map(objects), cpuMillis, memoryMebibytes, members, attributes: entry?.attributes };
}

async function onboarded(): Promise<MemoryKubernetes> {
  const kubernetes = memoryKubernetes();
  const demand = demandOf(numbersOf('basic').compute);
  await takePlace(table, 'shared-1', 'acme', demand, capacity);
  await createLedger(table, { ...placed, operationId: 'onboard' }).created(
    'cluster',
    'shared-1',
    placeAttributes(demand),
  );
  await ensureNamespace({ kubernetes }, { ...placed, tier: 'basic', numbers: numbersOf('basic') });
  return kubernetes;
}

/** The table, whose n-th write fails: before its effect, or after it. */
function failing(nth: number, when: 'before' | 'after'): Table {
  let writes = 0;
  const client = {
    send: async (command: { constructor: { name: string } }) => {
      const isNth = command.constructor.name === 'UpdateCommand' && ++writes === nth;
      if (isNth && when === 'before') throw new Error('lost');
      const answer = await table.client.send(command as never);
      if (isNth) throw new Error('lost');
      return answer;
    },
  };
  return { name: table.name, client: client as unknown as Table['client'] };
}

it.each([0, 1, 2, 3, 4])('after %d of its steps the way back restores all', async (count) => {
  const kubernetes = await onboarded();
  const before = await world(kubernetes);
  for (const step of steps(kubernetes, table, 'basic', 'other').slice(0, count)) await step();
  if (count > 0) expect(await world(kubernetes)).not.toEqual(before);
  for (const step of steps(kubernetes, table, 'other', 'basic')) await step();
  expect(await world(kubernetes)).toEqual(before);
});

it.each(['before', 'after'] as const)(
  'a write that is lost %s its effect is made up for, forward and back',
  async (when) => {
    for (let nth = 1; nth <= 4; nth++) {
      await emptyTable(table);
      const kubernetes = await onboarded();
      const before = await world(kubernetes);
      const registry = failing(nth, when);
      const forward = steps(kubernetes, registry, 'basic', 'other');
      for (const step of forward) await step().catch(step);
      const { cpuMillis, memoryMebibytes, attributes } = await world(kubernetes);
      expect({ cpuMillis, memoryMebibytes, attributes }).toEqual({
        cpuMillis: 6_000,
        memoryMebibytes: 1_024,
        attributes: { cpuMillis: '6000', memoryMebibytes: '1024' },
      });
      for (const step of steps(kubernetes, table, 'other', 'basic')) await step();
      expect(await world(kubernetes)).toEqual(before);
    }
  },
);
