import { describe, expect, it } from 'vitest';
import { releaseFoundation } from './release-foundation.ts';
import { fakeLedger, fakeStacks } from './testing/fakes.ts';

const name = 'tenantry-foundation-acme';

describe('releaseFoundation', () => {
  const released = { tenantId: 'acme', stackName: name };

  it('deletes, waits until it is gone, and counts "not there" as done', async () => {
    const { client, stacks } = fakeStacks({ [name]: { status: 'CREATE_COMPLETE', tenant: 'acme' } });
    const { ledger, entries } = fakeLedger();
    await expect(releaseFoundation(client, ledger, released)).rejects.toMatchObject({ name: 'StillDeleting' });
    await expect(releaseFoundation(client, ledger, released)).rejects.toMatchObject({ name: 'StillDeleting' });
    delete stacks[name];
    await releaseFoundation(client, ledger, released);
    expect(entries).toEqual([`DELETED foundation ${name}`]);
  });

  it('gives back the network when the stack is gone, not before', async () => {
    const { client, stacks } = fakeStacks({ [name]: { status: 'CREATE_COMPLETE', tenant: 'acme' } });
    const { ledger, entries } = fakeLedger();
    const afterwards = async () => void entries.push('network');
    await expect(releaseFoundation(client, ledger, released, afterwards)).rejects.toThrow();
    expect(entries).toEqual([]);
    delete stacks[name];
    await releaseFoundation(client, ledger, released, afterwards);
    expect(entries).toEqual(['network', `DELETED foundation ${name}`]);
  });

  it('has CloudFormation try again when a deletion failed, and fails', async () => {
    const { client, stacks } = fakeStacks({ [name]: { status: 'DELETE_FAILED', tenant: 'acme' } });
    const { ledger, entries } = fakeLedger();
    await expect(releaseFoundation(client, ledger, released)).rejects.toMatchObject({ name: 'StackFailed' });
    expect(stacks[name]?.status).toBe('DELETE_IN_PROGRESS');
    expect(entries).toEqual([]);
  });

  it.each([
    ['DELETE_FAILED', 'acme', 'StackFailed'],
    ['CREATE_COMPLETE', 'other', 'ResourceNotOwned'],
  ])('a stack that is %s of %s is %s', async (status, tenant, error) => {
    const { client } = fakeStacks({ [name]: { status, tenant } });
    const { ledger, entries } = fakeLedger();
    await expect(releaseFoundation(client, ledger, released)).rejects.toMatchObject({ name: error });
    expect(entries).toEqual([]);
  });
});
