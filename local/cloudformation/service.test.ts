// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the texts of Fn::Sub
import { describe, expect, it } from 'vitest';
import { AwsError } from '../kernel/errors.ts';
import type { AccessRequest, Caller } from '../kernel/service.ts';
import { logGroup, OPERATOR, template, testCloud } from './test-cloud.ts';

const denied = new AwsError('AccessDeniedException', 'User is not authorized to perform: logs:PutRetentionPolicy', {
  status: 400,
});

describe('creating a stack', () => {
  it('makes resources in order of dependency and answers outputs', async () => {
    const { call, settled, calls, groups } = testCloud();
    const body = template(
      {
        Second: logGroup({ LogGroupName: { 'Fn::Sub': '${First}-2' }, RetentionInDays: 7 }),
        First: logGroup({ LogGroupName: 'one' }),
      },
      { Outputs: { Arn: { Value: { 'Fn::GetAtt': ['Second', 'Arn'] }, Export: { Name: 'second' } } } },
    );
    const { StackId } = await call('CreateStack', { StackName: 'Shop', TemplateBody: body });
    expect(StackId).toMatch(/^arn:aws:cloudformation:us-east-1:111111111111:stack\/Shop\/[0-9a-f-]{36}$/);
    const stack = await settled('Shop');
    expect(stack.StackStatus).toBe('CREATE_COMPLETE');
    expect([...groups.keys()]).toEqual(['one', 'one-2']);
    expect(groups.get('one-2').retention).toBe(7);
    expect(calls.filter((name) => name === 'logs:CreateLogGroup')).toHaveLength(2);
    expect(stack.Outputs).toEqual([
      expect.objectContaining({
        OutputKey: 'Arn',
        OutputValue: 'arn:aws:logs:us-east-1:111111111111:log-group:one-2:*',
      }),
    ]);
    expect(await call('ListExports', {})).toMatchObject({ Exports: [{ Name: 'second' }] });
  });

  it('generates physical names from stack, logical id and twelve characters', async () => {
    const { call, settled, groups } = testCloud();
    await call('CreateStack', { StackName: 'Shop', TemplateBody: template({ Group: logGroup() }) });
    await settled('Shop');
    expect([...groups.keys()]).toEqual([expect.stringMatching(/^Shop-Group-[A-Za-z0-9]{12}$/)]);
  });

  it('rolls back when a resource fails, and says which and why', async () => {
    const { call, settled, groups, failures } = testCloud();
    failures.set('PutRetentionPolicy', denied);
    const body = template({ First: logGroup(), Second: logGroup({ RetentionInDays: 7 }, { DependsOn: 'First' }) });
    await call('CreateStack', { StackName: 'Shop', TemplateBody: body });
    expect(await settled('Shop')).toMatchObject({ StackStatus: 'ROLLBACK_COMPLETE' });
    expect(groups.size).toBe(0);
    const { StackEvents } = await call('DescribeStackEvents', { StackName: 'Shop' });
    const reasons = StackEvents.map((event: { ResourceStatusReason?: string }) => event.ResourceStatusReason);
    expect(reasons).toContainEqual(expect.stringContaining('logs:PutRetentionPolicy'));
    expect(reasons).toContainEqual(expect.stringContaining('HandlerErrorCode: AccessDenied'));
    expect(reasons).toContain('The following resource(s) failed to create: [Second]. Rollback requested by user.');
  });

  it('deletes on OnFailure DELETE and leaves all on DO_NOTHING', async () => {
    const { call, settled, groups, failures } = testCloud();
    failures.set('PutRetentionPolicy', denied);
    const body = template({ First: logGroup(), Second: logGroup({ RetentionInDays: 7 }) });
    const { StackId } = await call('CreateStack', { StackName: 'Gone', TemplateBody: body, OnFailure: 'DELETE' });
    expect((await settled(StackId)).StackStatus).toBe('DELETE_COMPLETE');
    expect(groups.size).toBe(0);
    await call('CreateStack', { StackName: 'Kept', TemplateBody: body, OnFailure: 'DO_NOTHING' });
    expect((await settled('Kept')).StackStatus).toBe('CREATE_FAILED');
    expect(groups.size).toBe(2);
  });

  it('fails a property that the provider does not know, by name', async () => {
    const { call, settled } = testCloud();
    await call('CreateStack', { StackName: 'Shop', TemplateBody: template({ Group: logGroup({ Retention: 7 }) }) });
    expect((await settled('Shop')).StackStatus).toBe('ROLLBACK_COMPLETE');
    const { StackEvents } = await call('DescribeStackEvents', { StackName: 'Shop' });
    const failed = StackEvents.find((event: { ResourceStatus: string }) => event.ResourceStatus === 'CREATE_FAILED');
    expect(failed.ResourceStatusReason).toContain('extraneous key [Retention] is not permitted');
  });

  it.each([
    ['an unknown type', template({ A: { Type: 'AWS::Nope::Nope' } }), 'Unrecognized resource types: [AWS::Nope::Nope]'],
    [
      'a cycle',
      template({ A: logGroup({}, { DependsOn: 'B' }), B: logGroup({}, { DependsOn: 'A' }) }),
      'Circular dependency between resources: [A, B]',
    ],
    [
      'a dangling Ref',
      template({ A: logGroup({ LogGroupName: { Ref: 'Nobody' } }) }),
      'Unresolved resource dependencies [Nobody]',
    ],
    ['no resources', '{"Resources":{}}', 'At least one Resources member must be defined'],
    [
      'a role without capability',
      template({ A: { Type: 'AWS::IAM::Role', Properties: {} } }),
      'Requires capabilities : [CAPABILITY_IAM]',
    ],
    [
      'a missing parameter',
      template({ A: logGroup() }, { Parameters: { P: { Type: 'String' } } }),
      'Parameters: [P] must have values',
    ],
  ])('refuses %s before anything is made', async (_name, TemplateBody, message) => {
    const { call, calls } = testCloud();
    await expect(call('CreateStack', { StackName: 'Shop', TemplateBody })).rejects.toThrow(message);
    expect(calls).toEqual([]);
    await expect(call('DescribeStacks', { StackName: 'Shop' })).rejects.toThrow('Stack with id Shop does not exist');
  });

  it('answers the same request token once, and another request with AlreadyExists', async () => {
    const { call, settled, calls } = testCloud();
    const input = { StackName: 'Shop', TemplateBody: template({ A: logGroup() }), ClientRequestToken: 't1' };
    const first = await call('CreateStack', input);
    expect(await call('CreateStack', input)).toEqual(first);
    await settled('Shop');
    expect(calls.filter((name) => name === 'logs:CreateLogGroup')).toHaveLength(1);
    await expect(call('CreateStack', { ...input, ClientRequestToken: 't2' })).rejects.toThrow(
      'Stack [Shop] already exists',
    );
  });

  it.each(['with_underscore', '-begins-so', '', 'x'.repeat(129)])('refuses the request token "%s"', async (token) => {
    const { call } = testCloud();
    const input = { StackName: 'Shop', TemplateBody: template({ A: logGroup() }), ClientRequestToken: token };
    for (const operation of ['CreateStack', 'UpdateStack', 'DeleteStack'])
      await expect(call(operation, input), operation).rejects.toThrow(/at 'clientRequestToken' failed to satisfy/);
  });

  it('takes about as long as AWS when asked to', async () => {
    const { cloud, call, settled } = testCloud({ durations: 'aws' });
    const before = cloud.clock.now();
    await call('CreateStack', { StackName: 'Shop', TemplateBody: template({ A: logGroup() }) });
    await settled('Shop');
    expect(cloud.clock.now() - before).toBeGreaterThanOrEqual(5000);
  });

  it('resolves SSM parameters, lists and dynamic references', async () => {
    const { call, settled, groups } = testCloud();
    const body = template(
      {
        A: logGroup({
          LogGroupName: {
            'Fn::Join': ['-', [{ Ref: 'Value' }, '{{resolve:ssm:/other}}', { 'Fn::Select': [1, { Ref: 'List' }] }]],
          },
        }),
      },
      {
        Parameters: {
          Value: { Type: 'AWS::SSM::Parameter::Value<String>', Default: '/name' },
          List: { Type: 'CommaDelimitedList', Default: 'a, b' },
        },
      },
    );
    await call('CreateStack', { StackName: 'Shop', TemplateBody: body });
    await settled('Shop');
    expect([...groups.keys()]).toEqual([expect.stringMatching(/^[0-9a-f]{6}-[0-9a-f]{6}-b$/)]);
  });
});

describe('deleting a stack', () => {
  it('removes what it made, keeps what is retained, and frees the name', async () => {
    const { call, settled, groups } = testCloud();
    const body = template({
      A: logGroup({ LogGroupName: 'a' }),
      B: logGroup({ LogGroupName: 'b' }, { DeletionPolicy: 'Retain' }),
    });
    const { StackId } = await call('CreateStack', { StackName: 'Shop', TemplateBody: body });
    await settled('Shop');
    await call('DeleteStack', { StackName: 'Shop' });
    expect((await settled(StackId)).StackStatus).toBe('DELETE_COMPLETE');
    expect([...groups.keys()]).toEqual(['b']);
    await expect(call('DescribeStacks', { StackName: 'Shop' })).rejects.toThrow('does not exist');
    expect(await call('DeleteStack', { StackName: 'Shop' })).toBeUndefined();
  });

  it('is refused under termination protection and while an export is in use', async () => {
    const { call, settled } = testCloud();
    const exporting = template({ A: logGroup() }, { Outputs: { O: { Value: { Ref: 'A' }, Export: { Name: 'x' } } } });
    await call('CreateStack', { StackName: 'Base', TemplateBody: exporting, EnableTerminationProtection: true });
    await settled('Base');
    await expect(call('DeleteStack', { StackName: 'Base' })).rejects.toThrow('TerminationProtection is enabled');
    await call('UpdateTerminationProtection', { StackName: 'Base', EnableTerminationProtection: false });
    const importing = template({
      A: logGroup({ LogGroupName: { 'Fn::Sub': ['${x}-i', { x: { 'Fn::ImportValue': 'x' } }] } }),
    });
    await call('CreateStack', { StackName: 'User', TemplateBody: importing });
    expect((await settled('User')).StackStatus).toBe('CREATE_COMPLETE');
    await expect(call('DeleteStack', { StackName: 'Base' })).rejects.toThrow(
      'Cannot delete export x as it is in use by User',
    );
    expect(await call('ListImports', { ExportName: 'x' })).toMatchObject({ Imports: ['User'] });
  });

  it('ends in DELETE_FAILED and goes on with RetainResources', async () => {
    const { call, settled, failures } = testCloud();
    const { StackId } = await call('CreateStack', { StackName: 'Shop', TemplateBody: template({ A: logGroup() }) });
    await settled('Shop');
    failures.set('DeleteLogGroup', new AwsError('AccessDeniedException', 'no'));
    await call('DeleteStack', { StackName: 'Shop' });
    const failed = await settled('Shop');
    expect(failed).toMatchObject({
      StackStatus: 'DELETE_FAILED',
      StackStatusReason: 'The following resource(s) failed to delete: [A]. ',
    });
    await call('DeleteStack', { StackName: 'Shop', RetainResources: ['A'] });
    expect((await settled(StackId)).StackStatus).toBe('DELETE_COMPLETE');
  });
});

it("makes resources with the stack's role when it has one, and refuses a role that cannot be assumed", async () => {
  const roles: string[] = [];
  const serviceRole = (roleArn: string, principal: string) => {
    roles.push(`${principal} ${roleArn}`);
    if (roleArn.endsWith('/bad')) throw new AwsError('AccessDenied', 'no');
    return { ...OPERATOR, kind: 'role' as const, arn: roleArn, roleArn };
  };
  const principals: string[] = [];
  const authorize = (caller: Caller, requests: readonly AccessRequest[]) => {
    for (const request of requests) principals.push(`${request.action} by ${caller.arn}`);
  };
  const { call, settled } = testCloud({ identity: { serviceRole, authorize } });
  const input = { StackName: 'Shop', TemplateBody: template({ A: logGroup() }) };
  const bad = call('CreateStack', { ...input, RoleARN: 'arn:aws:iam::111111111111:role/bad' });
  await expect(bad).rejects.toThrow('Role arn:aws:iam::111111111111:role/bad is invalid or cannot be assumed');
  await call('CreateStack', { ...input, RoleARN: 'arn:aws:iam::111111111111:role/deploy' });
  await settled('Shop');
  expect(roles).toContain('cloudformation.amazonaws.com arn:aws:iam::111111111111:role/deploy');
  expect(principals).toContain('logs:CreateLogGroup by arn:aws:iam::111111111111:role/deploy');
  expect(principals).toContain(`iam:PassRole by ${OPERATOR.arn}`);
});
