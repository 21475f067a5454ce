import {
  CreateStackCommand,
  DeleteStackCommand,
  DescribeStackEventsCommand,
  DescribeStacksCommand,
} from '@aws-sdk/client-cloudformation';
import { describe, expect, it } from 'vitest';
import type { Ledger } from '../operations/ledger-store.ts';
import { ensureFoundation, type FoundationRequest } from './ensure-foundation.ts';
import { releaseFoundation } from './release-foundation.ts';
import type { Stacks } from './stack.ts';

interface FakeStack {
  status: string;
  tenant: string;
  token?: string | undefined;
}

/** CloudFormation with stacks that stay in the state they are given. */
function fakeStacks(stacks: Record<string, FakeStack> = {}) {
  const calls: string[] = [];
  const client = {
    async send(command: unknown) {
      const { input } = command as {
        input: { StackName: string; ClientRequestToken?: string; Tags?: { Key: string; Value: string }[] };
      };
      calls.push((command as object).constructor.name);
      const stack = stacks[input.StackName];
      if (command instanceof DescribeStacksCommand) {
        if (!stack)
          throw Object.assign(new Error(`Stack with id ${input.StackName} does not exist`), {
            name: 'ValidationError',
          });
        return {
          Stacks: [
            {
              StackName: input.StackName,
              StackId: 'id',
              StackStatus: stack.status,
              Tags: [{ Key: 'tenantry:tenant', Value: stack.tenant }],
              Outputs: [{ OutputKey: 'TenantRoleArn', OutputValue: 'arn:role' }],
            },
          ],
        };
      }
      if (command instanceof CreateStackCommand) {
        stacks[input.StackName] = {
          status: 'CREATE_IN_PROGRESS',
          tenant: input.Tags?.find((tag) => tag.Key === 'tenantry:tenant')?.Value ?? '',
          token: input.ClientRequestToken,
        };
      }
      if (command instanceof DeleteStackCommand && stack) stack.status = 'DELETE_IN_PROGRESS';
      if (command instanceof DescribeStackEventsCommand) {
        return {
          StackEvents: [
            {
              LogicalResourceId: 'Budget',
              ResourceType: 'AWS::Budgets::Budget',
              ResourceStatus: 'CREATE_FAILED',
              ResourceStatusReason: 'Resource creation cancelled',
            },
            {
              LogicalResourceId: 'TenantRole',
              ResourceType: 'AWS::IAM::Role',
              ResourceStatus: 'CREATE_FAILED',
              ResourceStatusReason: 'limit exceeded',
            },
          ],
        };
      }
      return {};
    },
  } as unknown as Stacks;
  return { client, calls, stacks };
}

function fakeLedger() {
  const entries: string[] = [];
  const note = (state: string) => async (kind: string, name: string) => void entries.push(`${state} ${kind} ${name}`);
  return {
    ledger: { plan: note('PLANNED'), created: note('CREATED'), deleted: note('DELETED') } satisfies Ledger,
    entries,
  };
}

const request: FoundationRequest = {
  tenantId: 'acme',
  tier: 'basic',
  operationId: 'operation-1',
  monthlyBudgetUsd: 25,
  templateUrl: 'https://template',
  serviceRoleArn: 'arn:service',
};
const name = 'tenantry-foundation-acme';

describe('ensureFoundation', () => {
  it('writes the intent before the call, asks once, and is done when the stack is complete', async () => {
    const { client, calls, stacks } = fakeStacks();
    const { ledger, entries } = fakeLedger();
    await expect(ensureFoundation(client, ledger, request)).rejects.toMatchObject({ name: 'StillCreating' });
    expect(entries).toEqual([`PLANNED foundation ${name}`]);
    expect(stacks[name]?.token).toBe('operation-1');
    await expect(ensureFoundation(client, ledger, request)).rejects.toMatchObject({ name: 'StillCreating' });
    Object.assign(stacks[name] ?? {}, { status: 'CREATE_COMPLETE' });
    expect(await ensureFoundation(client, ledger, request)).toEqual({ roleArn: 'arn:role' });
    expect(entries.at(-1)).toBe(`CREATED foundation ${name}`);
    expect(calls.filter((call) => call === 'CreateStackCommand')).toHaveLength(1);
  });

  it('leaves somebody else’s stack alone', async () => {
    const { client, calls } = fakeStacks({ [name]: { status: 'CREATE_COMPLETE', tenant: 'other' } });
    await expect(ensureFoundation(client, fakeLedger().ledger, request)).rejects.toMatchObject({
      name: 'ResourceNotOwned',
    });
    expect(calls).toEqual(['DescribeStacksCommand']);
  });

  it('says which resource failed first, and clears the way for the next try', async () => {
    const { client, stacks } = fakeStacks({ [name]: { status: 'ROLLBACK_COMPLETE', tenant: 'acme' } });
    await expect(ensureFoundation(client, fakeLedger().ledger, request)).rejects.toMatchObject({
      name: 'StackFailed',
      message: expect.stringContaining('TenantRole (AWS::IAM::Role): limit exceeded'),
    });
    expect(stacks[name]?.status).toBe('DELETE_IN_PROGRESS');
  });
});

describe('releaseFoundation', () => {
  it('deletes, waits until it is gone, and counts "not there" as done', async () => {
    const { client, stacks } = fakeStacks({ [name]: { status: 'CREATE_COMPLETE', tenant: 'acme' } });
    const { ledger, entries } = fakeLedger();
    await expect(releaseFoundation(client, ledger, 'acme', name)).rejects.toMatchObject({ name: 'StillDeleting' });
    await expect(releaseFoundation(client, ledger, 'acme', name)).rejects.toMatchObject({ name: 'StillDeleting' });
    delete stacks[name];
    await releaseFoundation(client, ledger, 'acme', name);
    expect(entries).toEqual([`DELETED foundation ${name}`]);
  });

  it.each([
    ['DELETE_FAILED', 'acme', 'StackFailed'],
    ['CREATE_COMPLETE', 'other', 'ResourceNotOwned'],
  ])('a stack that is %s of %s is %s', async (status, tenant, error) => {
    const { client } = fakeStacks({ [name]: { status, tenant } });
    const { ledger, entries } = fakeLedger();
    await expect(releaseFoundation(client, ledger, 'acme', name)).rejects.toMatchObject({ name: error });
    expect(entries).toEqual([]);
  });
});
