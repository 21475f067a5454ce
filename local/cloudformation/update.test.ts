import { describe, expect, it } from 'vitest';
import { AwsError } from '../kernel/errors.ts';
import { logGroup, template, testCloud } from './test-cloud.ts';

const denied = new AwsError('AccessDeniedException', 'no');

async function deployed(body: string, options = {}) {
  const cloud = testCloud(options);
  await cloud.call('CreateStack', { StackName: 'Shop', TemplateBody: body });
  await cloud.settled('Shop');
  cloud.calls.length = 0;
  return cloud;
}

describe('updating a stack', () => {
  it('changes in place, adds and removes', async () => {
    const before = template({ A: logGroup({ LogGroupName: 'a' }), B: logGroup({ LogGroupName: 'b' }) });
    const { call, settled, groups, calls } = await deployed(before);
    const after = template({
      A: logGroup({ LogGroupName: 'a', RetentionInDays: 3 }),
      C: logGroup({ LogGroupName: 'c' }),
    });
    await call('UpdateStack', { StackName: 'Shop', TemplateBody: after });
    expect((await settled('Shop')).StackStatus).toBe('UPDATE_COMPLETE');
    expect([...groups.keys()]).toEqual(['a', 'c']);
    expect(groups.get('a').retention).toBe(3);
    expect(calls.sort()).toEqual(['logs:CreateLogGroup', 'logs:DeleteLogGroup', 'logs:PutRetentionPolicy']);
    const { StackResources } = await call('DescribeStackResources', { StackName: 'Shop' });
    expect(StackResources.map((resource: { LogicalResourceId: string }) => resource.LogicalResourceId)).toEqual([
      'A',
      'C',
    ]);
  });

  it('says when there is nothing to do, also for a reordered template', async () => {
    const properties = { LogGroupName: 'a', RetentionInDays: 3 };
    const { call, calls } = await deployed(template({ A: logGroup(properties) }));
    const reordered = template({
      A: { Properties: { RetentionInDays: 3, LogGroupName: 'a' }, Type: 'AWS::Logs::LogGroup' },
    });
    await expect(call('UpdateStack', { StackName: 'Shop', TemplateBody: reordered })).rejects.toThrow(
      'No updates are to be performed.',
    );
    expect(calls).toEqual([]);
  });

  it('replaces: the new one first, the old one in the cleanup, what refers to it in between', async () => {
    const resources = (name: string) => ({
      A: logGroup({ LogGroupName: name }),
      B: logGroup({ LogGroupName: 'b', Tags: [{ Key: 'of', Value: { Ref: 'A' } }] }),
    });
    const { call, settled, groups, calls } = await deployed(template(resources('old')));
    await call('UpdateStack', { StackName: 'Shop', TemplateBody: template(resources('new')) });
    expect((await settled('Shop')).StackStatus).toBe('UPDATE_COMPLETE');
    expect([...groups.keys()].sort()).toEqual(['b', 'new']);
    expect(groups.get('b').tags).toEqual({ of: 'new' });
    expect(calls).toEqual(['logs:CreateLogGroup', 'logs:TagResource', 'logs:DeleteLogGroup']);
  });

  it('keeps a replaced resource under UpdateReplacePolicy Retain', async () => {
    const resources = (name: string) => ({ A: logGroup({ LogGroupName: name }, { UpdateReplacePolicy: 'Retain' }) });
    const { call, settled, groups } = await deployed(template(resources('old')));
    await call('UpdateStack', { StackName: 'Shop', TemplateBody: template(resources('new')) });
    await settled('Shop');
    expect([...groups.keys()].sort()).toEqual(['new', 'old']);
  });

  it('brings everything back when it fails: changes, replacements and new resources', async () => {
    const before = template({
      A: logGroup({ LogGroupName: 'a', RetentionInDays: 1 }),
      R: logGroup({ LogGroupName: 'r-old' }),
    });
    const { call, settled, groups, failures } = await deployed(before);
    const after = template({
      A: logGroup({ LogGroupName: 'a', RetentionInDays: 5 }),
      R: logGroup({ LogGroupName: 'r-new' }, { DependsOn: 'A' }),
      N: logGroup({ LogGroupName: 'n' }, { DependsOn: 'R' }),
      Z: logGroup({ LogGroupName: 'a' }, { DependsOn: 'N' }),
    });
    await call('UpdateStack', { StackName: 'Shop', TemplateBody: after });
    expect((await settled('Shop')).StackStatus).toBe('UPDATE_ROLLBACK_COMPLETE');
    expect([...groups.keys()].sort()).toEqual(['a', 'r-old']);
    expect(groups.get('a').retention).toBe(1);
    expect((await call('GetTemplate', { StackName: 'Shop' })).TemplateBody).toBe(before);
    const { StackEvents } = await call('DescribeStackEvents', { StackName: 'Shop' });
    const reasons = StackEvents.map((event: { ResourceStatusReason?: string }) => event.ResourceStatusReason);
    expect(reasons).toContain('The following resource(s) failed to create: [Z].');
    failures.clear();
    await call('UpdateStack', {
      StackName: 'Shop',
      TemplateBody: template({ A: logGroup({ LogGroupName: 'a', RetentionInDays: 7 }) }),
    });
    expect((await settled('Shop')).StackStatus).toBe('UPDATE_COMPLETE');
    expect([...groups.keys()]).toEqual(['a']);
  });

  it('stops in UPDATE_ROLLBACK_FAILED and goes on when told to', async () => {
    const body = (days: number, other: object) =>
      template({ A: logGroup({ LogGroupName: 'a', RetentionInDays: days }), ...other });
    const { call, settled, groups, failures, cloud } = await deployed(body(1, {}));
    cloud.on((event) => {
      // The update itself gets through; its rollback does not.
      if (event.detail.LogicalResourceId === 'A' && event.detail.ResourceStatus === 'UPDATE_COMPLETE')
        failures.set('PutRetentionPolicy', denied);
    });
    const clash = { Z: logGroup({ LogGroupName: 'a' }, { DependsOn: 'A' }) };
    await call('UpdateStack', { StackName: 'Shop', TemplateBody: body(5, clash) });
    expect(await settled('Shop')).toMatchObject({
      StackStatus: 'UPDATE_ROLLBACK_FAILED',
      StackStatusReason: 'The following resource(s) failed to update: [A]. ',
    });
    await expect(call('UpdateStack', { StackName: 'Shop', TemplateBody: body(2, {}) })).rejects.toThrow(
      'can not be updated',
    );
    failures.clear();
    await call('ContinueUpdateRollback', { StackName: 'Shop' });
    expect((await settled('Shop')).StackStatus).toBe('UPDATE_ROLLBACK_COMPLETE');
    expect(groups.get('a').retention).toBe(1);
  });

  it('refuses a custom name that would have to be made twice, and a change of type', async () => {
    const { call, settled } = await deployed(template({ A: logGroup({ LogGroupName: 'a' }) }));
    const sameName = template({ A: logGroup({ LogGroupName: 'a', LogGroupClass: 'INFREQUENT_ACCESS' }) });
    await call('UpdateStack', { StackName: 'Shop', TemplateBody: sameName });
    expect((await settled('Shop')).StackStatus).toBe('UPDATE_ROLLBACK_COMPLETE');
    const { StackEvents } = await call('DescribeStackEvents', { StackName: 'Shop' });
    const failed = StackEvents.find((event: { ResourceStatus: string }) => event.ResourceStatus === 'UPDATE_FAILED');
    expect(failed.ResourceStatusReason).toContain(
      'cannot update a stack when a custom-named resource requires replacing. Rename a',
    );
    const otherType = template({ A: { Type: 'AWS::SSM::Parameter', Properties: {} } });
    await expect(call('UpdateStack', { StackName: 'Shop', TemplateBody: otherType })).rejects.toThrow(
      'Update of resource type is not permitted',
    );
  });
});

describe('change sets', () => {
  it('creates a stack by change set, then reports changes and "no changes"', async () => {
    const { call, settled, groups } = testCloud();
    const first = template({ A: logGroup({ LogGroupName: 'a' }) });
    await call('CreateChangeSet', {
      StackName: 'Shop',
      ChangeSetName: 'one',
      ChangeSetType: 'CREATE',
      TemplateBody: first,
    });
    expect((await call('DescribeStacks', { StackName: 'Shop' })).Stacks[0].StackStatus).toBe('REVIEW_IN_PROGRESS');
    expect(groups.size).toBe(0);
    // The answer holds an empty result: boto3 fails without the element.
    expect(await call('ExecuteChangeSet', { StackName: 'Shop', ChangeSetName: 'one' })).toEqual({});
    expect((await settled('Shop')).StackStatus).toBe('CREATE_COMPLETE');

    const second = template({ A: logGroup({ LogGroupName: 'new' }), B: logGroup() });
    await call('CreateChangeSet', { StackName: 'Shop', ChangeSetName: 'two', TemplateBody: second });
    const { Changes, ExecutionStatus } = await call('DescribeChangeSet', { StackName: 'Shop', ChangeSetName: 'two' });
    expect(ExecutionStatus).toBe('AVAILABLE');
    expect(Changes.map((change: { ResourceChange: object }) => change.ResourceChange)).toEqual([
      expect.objectContaining({ Action: 'Modify', LogicalResourceId: 'A', Replacement: 'True' }),
      expect.objectContaining({ Action: 'Add', LogicalResourceId: 'B' }),
    ]);
    await call('CreateChangeSet', { StackName: 'Shop', ChangeSetName: 'three', TemplateBody: first });
    expect(await call('DescribeChangeSet', { StackName: 'Shop', ChangeSetName: 'three' })).toMatchObject({
      Status: 'FAILED',
      StatusReason:
        "The submitted information didn't contain changes. Submit different information to create a change set.",
    });
    await call('ExecuteChangeSet', { StackName: 'Shop', ChangeSetName: 'two' });
    expect((await settled('Shop')).StackStatus).toBe('UPDATE_COMPLETE');
    await expect(call('ExecuteChangeSet', { StackName: 'Shop', ChangeSetName: 'two' })).rejects.toMatchObject({
      code: 'InvalidChangeSetStatus',
    });
  });
});
