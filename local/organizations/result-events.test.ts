import { expect, test } from 'vitest';
import { eventsService } from '../events/service.ts';
import { sqsService } from '../sqs/service.ts';
import { MANAGEMENT, testOrganization } from './test-cloud.ts';

/** How many of 20 creations and one closure are told on the management account's default bus. */
async function told(lostEvents: number): Promise<Record<string, unknown>[]> {
  const { cloud, account, call } = await testOrganization({ lostEvents });
  cloud.register(sqsService(cloud));
  cloud.register(eventsService(cloud));
  const queue = 'arn:aws:sqs:us-east-1:111111111111:accounts';
  const aws = (service: string, operation: string, input: object) => cloud.call(service, operation, input, MANAGEMENT);
  const Policy = JSON.stringify({
    Version: '2012-10-17',
    Statement: [
      { Effect: 'Allow', Principal: { Service: 'events.amazonaws.com' }, Action: 'sqs:SendMessage', Resource: queue },
    ],
  });
  const { QueueUrl } = await aws('sqs', 'CreateQueue', { QueueName: 'accounts', Attributes: { Policy } });
  const EventPattern = JSON.stringify({ source: ['aws.organizations'] });
  await aws('events', 'PutRule', { Name: 'accounts', EventPattern });
  await aws('events', 'PutTargets', { Rule: 'accounts', Targets: [{ Id: 'queue', Arn: queue }] });
  for (let index = 0; index < 20; index++) await account(`a${index}`);
  await call('CloseAccount', { AccountId: await account('closing') });
  await cloud.clock.sleep(600_000);
  const events: Record<string, unknown>[] = [];
  for (;;) {
    const { Messages = [] } = await aws('sqs', 'ReceiveMessage', { QueueUrl, MaxNumberOfMessages: 10 });
    if (Messages.length === 0) break;
    for (const { Body } of Messages) events.push(JSON.parse(Body));
  }
  await cloud.stop();
  return events;
}

test('creations and closures are told to the management account', async () => {
  const events = await told(0);
  expect(events).toHaveLength(22);
  expect(
    events.find(({ detail }) => (detail as { eventName: string }).eventName === 'CloseAccountResult'),
  ).toBeDefined();
  expect(events[0]).toMatchObject({
    source: 'aws.organizations',
    'detail-type': 'AWS Service Event via CloudTrail',
    account: '111111111111',
    region: 'us-east-1',
    detail: { eventName: 'CreateAccountResult', serviceEventDetails: { createAccountStatus: { state: 'SUCCEEDED' } } },
  });
});

test('a share of these events never arrives', async () => {
  const events = await told(0.5);
  expect(events.length).toBeGreaterThan(3);
  expect(events.length).toBeLessThan(19);
});
