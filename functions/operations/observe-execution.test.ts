import { DescribeExecutionCommand } from '@aws-sdk/client-sfn';
import { beforeEach, expect, it, vi } from 'vitest';

const world = vi.hoisted(() => ({
  published: [] as { type: { name: string }; data: Record<string, unknown>; metadata: { id: string } }[],
  tenant: undefined as Record<string, unknown> | undefined,
  updates: 0,
  execution: { status: 'FAILED', redriveCount: 0 },
}));

vi.mock('../runtime/publisher.ts', () => ({
  publisher: () => ({ publish: async (event: (typeof world.published)[number]) => world.published.push(event) }),
}));
vi.mock('../runtime/table.ts', () => ({ table: () => ({}) }));
vi.mock('./tenant-registry.ts', () => ({
  getTenant: async () => world.tenant,
  updateTenant: async () => {
    world.updates += 1;
  },
}));
vi.mock('./executions.ts', async (original) => ({
  ...(await original<object>()),
  stepFunctions: () => ({
    send: async (command: object) =>
      command instanceof DescribeExecutionCommand
        ? world.execution
        : { events: [{ stateEnteredEventDetails: { name: 'ReleasePlacement' } }] },
  }),
}));

const { handler } = await import('./observe-execution.ts');

const ended = (machine: string, stopDate = 1, redriveCount = 0) => ({
  detail: {
    executionArn: `arn:aws:states:us-east-1:111111111111:execution:tenantry-${machine}:acme-1`,
    status: 'FAILED',
    input: JSON.stringify({ tenantId: 'acme', operationId: 'operation-2-retire', correlationId: 'offer-7' }),
    error: 'StackFailed',
    cause: 'It is in use.',
    stopDate,
    redriveCount,
  },
});

beforeEach(() => {
  world.published.length = 0;
  world.updates = 0;
  world.execution = { status: 'FAILED', redriveCount: 0 };
  world.tenant = { tenantId: 'acme', tier: 'standard', state: 'READY', operationId: 'operation-3', correlationId: 'c' };
});

it('announces a placement that was left and is not released, and leaves the tenant’s record alone', async () => {
  expect(await handler(ended('retire-placement'))).toEqual({ observed: true });
  expect(world.updates).toBe(0);
  const [{ type, data, metadata } = { type: undefined, data: undefined, metadata: undefined }] = world.published;
  expect(type?.name).toBe('TenantTierChangeFailed');
  expect(data).toMatchObject({ step: 'ReleasePlacement', error: 'StackFailed', outcome: 'stopped', tier: 'standard' });
  // The tenant's own operation is another one by now.
  expect(data).toMatchObject({ operationId: 'operation-2-retire' });
  expect(metadata).toMatchObject({ correlationId: 'offer-7', causationId: 'operation-2-retire' });
});

it('gives the same end the same id, and another end, after a redrive, another', async () => {
  for (const stopDate of [1, 1, 2]) await handler(ended('retire-placement', stopDate));
  const [first, again, later] = world.published.map(({ metadata }) => metadata.id);
  expect(again).toBe(first);
  expect(later).not.toBe(first);
});

it('says nothing of an operation that another one has followed, nor of a tenant that is unknown', async () => {
  expect(await handler(ended('suspend-tenant'))).toEqual({ observed: false });
  world.tenant = undefined;
  expect(await handler(ended('retire-placement'))).toEqual({ observed: false });
  expect(world.published).toEqual([]);
});

const deprovisioning = { tenantId: 'acme', tier: 'basic', state: 'DEPROVISIONING', operationId: 'operation-2-retire' };

it.each(['RUNNING', 'PENDING_REDRIVE', 'SUCCEEDED', 'FAILED'])(
  'says nothing late of an execution that was redriven since and is %s by now',
  async (status) => {
    world.tenant = { ...deprovisioning };
    world.execution = { status, redriveCount: 1 };
    expect(await handler(ended('deprovision-tenant'))).toEqual({ observed: false });
    expect([world.published, world.updates]).toEqual([[], 0]);
  },
);

it.each([0, 1])(
  'believes the event, not an older answer that it runs still (redriven %d times)',
  async (redriveCount) => {
    world.tenant = { ...deprovisioning, operation: 'deprovision' };
    world.execution = { status: 'RUNNING', redriveCount };
    expect(await handler(ended('deprovision-tenant', 1, redriveCount))).toEqual({ observed: true });
    expect(world.published.map(({ type }) => type.name)).toEqual(['TenantDeprovisioningFailed']);
  },
);
