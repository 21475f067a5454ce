import { type Parameter, UpdateStackCommand } from '@aws-sdk/client-cloudformation';
import { describe, expect, it } from 'vitest';
import { ensureFoundation } from './ensure-foundation.ts';
import type { FoundationRequest, NetworkSource } from './parameters.ts';
import type { Stacks } from './stack.ts';
import { fakeLedger, fakeStacks } from './testing/fakes.ts';

const request: FoundationRequest = {
  tenantId: 'acme',
  generation: 1,
  tier: 'basic',
  operationId: 'operation-1',
  accountId: '222222222222',
  platformAccountId: '111111111111',
  monthlyBudgetUsd: 25,
  templateBody: '{}',
  templateDigest: 'one',
  serviceRoleArn: 'arn:service',
};
const name = 'tenantry-foundation-acme';

/** The tenant's block, and what was asked of it. */
function fakeNetwork(log: string[] = []) {
  const network: NetworkSource = {
    claim: async () => {
      log.push('claim');
      return '10.64.16.0/20';
    },
    zones: async () => ['us-east-1a', 'us-east-1b'],
    close: async (groupId) => void log.push(`close ${groupId}`),
  };
  return { network, log };
}

/** CloudFormation with the foundation as it was made, complete. */
async function complete(network?: NetworkSource) {
  const fake = fakeStacks();
  await expect(ensureFoundation(fake.client, fakeLedger().ledger, request, network)).rejects.toThrow();
  Object.assign(fake.stacks[name] ?? {}, { status: 'CREATE_COMPLETE' });
  fake.calls.length = 0;
  return fake;
}

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
    expect(calls).not.toContain('UpdateStackCommand');
  });

  it('notes the account in the ledger: the release finds the stack by it', async () => {
    const { client } = await complete();
    const { ledger, attributes } = fakeLedger();
    await ensureFoundation(client, ledger, request);
    expect(attributes).toEqual([{ accountId: '222222222222', stackId: 'id', roleArn: 'arn:role' }]);
  });

  it('updates a stack whose tags name another tier, also when nothing else differs', async () => {
    const { client, stacks, inputs } = await complete();
    const { ledger } = fakeLedger();
    const changed = { ...request, tier: 'standard', operationId: 'operation-2' };
    await expect(ensureFoundation(client, ledger, changed)).rejects.toMatchObject({ name: 'StillCreating' });
    const { Tags } = inputs[0] as { Tags: { Key: string; Value: string }[] };
    expect(Tags).toContainEqual({ Key: 'tenantry:tier', Value: 'standard' });
    Object.assign(stacks[name] ?? {}, { status: 'UPDATE_COMPLETE', tags: Tags });
    expect(await ensureFoundation(client, ledger, changed)).toEqual({ roleArn: 'arn:role' });
    expect(inputs).toHaveLength(1);
  });

  it.each([{ templateDigest: 'two' }, { monthlyBudgetUsd: 50 }, { contactEmail: 'x@example.com' }])(
    'updates a stack that was made otherwise: %o',
    async (change) => {
      const { client, stacks, inputs } = await complete();
      const { ledger, entries } = fakeLedger();
      const changed = { ...request, ...change, operationId: 'operation-2' };
      await expect(ensureFoundation(client, ledger, changed)).rejects.toMatchObject({ name: 'StillCreating' });
      await expect(ensureFoundation(client, ledger, changed)).rejects.toMatchObject({ name: 'StillCreating' });
      expect(inputs).toEqual([
        expect.objectContaining({ StackName: name, RoleARN: 'arn:service', TemplateBody: '{}' }),
      ]);
      expect(entries).toEqual([]);
      const { Parameters } = inputs[0] as { Parameters: Parameter[] };
      Object.assign(stacks[name] ?? {}, { status: 'UPDATE_COMPLETE', parameters: Parameters });
      expect(await ensureFoundation(client, ledger, changed)).toEqual({ roleArn: 'arn:role' });
    },
  );

  it('takes "nothing to update" for done', async () => {
    const { client, stacks } = await complete();
    const refusing = {
      send: async (command: never) => {
        if ((command as object) instanceof UpdateStackCommand) throw new Error('No updates are to be performed.');
        return client.send(command);
      },
    } as unknown as Stacks;
    stacks[name]?.parameters?.pop();
    expect(await ensureFoundation(refusing, fakeLedger().ledger, request)).toEqual({ roleArn: 'arn:role' });
  });

  it('does not try an update again that this operation saw rolled back, and tries one of an earlier operation again', async () => {
    const { client, stacks, inputs } = await complete();
    const changed = { ...request, templateDigest: 'two' };
    await expect(ensureFoundation(client, fakeLedger().ledger, changed)).rejects.toThrow('is being updated');
    Object.assign(stacks[name] ?? {}, { status: 'UPDATE_ROLLBACK_COMPLETE' });
    await expect(ensureFoundation(client, fakeLedger().ledger, changed)).rejects.toMatchObject({
      name: 'StackFailed',
      message: expect.stringContaining('limit exceeded'),
    });
    const next = { ...changed, operationId: 'operation-2' };
    await expect(ensureFoundation(client, fakeLedger().ledger, next)).rejects.toThrow('is being updated');
    expect(inputs).toHaveLength(2);
  });

  it('tries it again in another attempt of the operation, as after a redrive', async () => {
    const { client, stacks, inputs } = await complete();
    const back = { ...request, templateDigest: 'two' };
    const ensure = (attempt: string) => ensureFoundation(client, fakeLedger().ledger, { ...back, attempt });
    await expect(ensure('first')).rejects.toThrow('is being updated');
    Object.assign(stacks[name] ?? {}, { status: 'UPDATE_ROLLBACK_COMPLETE' });
    await expect(ensure('first')).rejects.toMatchObject({ name: 'StackFailed' });
    await expect(ensure('second')).rejects.toMatchObject({ name: 'StillCreating' });
    expect(inputs).toMatchObject([
      { ClientRequestToken: 'update-operation-1-first' },
      { ClientRequestToken: 'update-operation-1-second' },
    ]);
  });

  it('asks with tokens that CloudFormation takes, also for an event id with underscores', async () => {
    const { client, stacks } = fakeStacks();
    const evt = { ...request, operationId: `evt_${'1'.repeat(60)}`, attempt: '0123456789abcdef' };
    await expect(ensureFoundation(client, fakeLedger().ledger, evt)).rejects.toThrow('is being created');
    expect(stacks[name]?.token).toMatch(/^[a-zA-Z0-9][-a-zA-Z0-9]{0,127}$/);
    Object.assign(stacks[name] ?? {}, { status: 'CREATE_COMPLETE' });
    const changed = { ...evt, templateDigest: 'two' };
    await expect(ensureFoundation(client, fakeLedger().ledger, changed)).rejects.toThrow('is being updated');
    expect(stacks[name]?.token).toMatch(/^update-[-a-zA-Z0-9]{1,121}$/);
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

describe('a foundation with a network', () => {
  it('claims a block after the intent is in the ledger, and divides it', async () => {
    const { client, stacks } = fakeStacks();
    const { network, log } = fakeNetwork();
    const { ledger, entries, attributes } = fakeLedger();
    const plan = ledger.plan;
    ledger.plan = async (...entry) => {
      expect(log).toEqual([]);
      return plan(...entry);
    };
    await expect(ensureFoundation(client, ledger, request, network)).rejects.toMatchObject({ name: 'StillCreating' });
    expect(entries).toEqual([`PLANNED foundation ${name}`]);
    expect(attributes).toEqual([{ accountId: '222222222222', network: 'wanted' }]);
    expect(log).toEqual(['claim']);
    expect(stacks[name]?.parameters).toEqual(
      expect.arrayContaining([
        { ParameterKey: 'VpcCidr', ParameterValue: '10.64.16.0/20' },
        { ParameterKey: 'Zone2', ParameterValue: 'us-east-1b' },
        { ParameterKey: 'Zone3', ParameterValue: '' },
        { ParameterKey: 'PrivateSubnetBits', ParameterValue: '10' },
        { ParameterKey: 'PublicSubnetBits', ParameterValue: '8' },
      ]),
    );
  });

  it('keeps the block and the zones it has, closes the default security group, and says where it is', async () => {
    const { client, stacks, calls } = await complete(fakeNetwork().network);
    Object.assign(stacks[name] ?? {}, {
      outputs: {
        VpcId: 'vpc-1',
        DefaultSecurityGroupId: 'sg-1',
        PublicSubnetIds: 'subnet-1,subnet-2',
        PrivateSubnetIds: 'subnet-3,subnet-4',
        ClusterRoleArn: 'arn:cluster',
        NodeRoleArn: 'arn:node',
      },
    });
    const { network, log } = fakeNetwork();
    const { ledger, attributes } = fakeLedger();
    const elsewhere = { ...network, zones: async () => ['us-east-1c', 'us-east-1d', 'us-east-1f'] };
    expect(await ensureFoundation(client, ledger, request, elsewhere)).toEqual({
      roleArn: 'arn:role',
      network: {
        cidr: '10.64.16.0/20',
        vpcId: 'vpc-1',
        publicSubnetIds: ['subnet-1', 'subnet-2'],
        privateSubnetIds: ['subnet-3', 'subnet-4'],
      },
      site: { subnetIds: ['subnet-3', 'subnet-4'], clusterRoleArn: 'arn:cluster', nodeRoleArn: 'arn:node' },
    });
    expect(log).toEqual(['close sg-1']);
    expect(calls).not.toContain('UpdateStackCommand');
    expect(attributes[0]).toMatchObject({ network: '10.64.16.0/20', vpcId: 'vpc-1' });
  });
});
