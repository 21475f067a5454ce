import { randomUUID } from 'node:crypto';
import type { OrganizationsParts } from './parts.ts';
import type { CreateRequestRecord, OrganizationRecord } from './records.ts';

/** Tells the management account's default bus what has become of a creation. Best effort: some get lost. */
export function createAccountResult(
  parts: OrganizationsParts,
  organization: OrganizationRecord,
  request: CreateRequestRecord,
): void {
  const createAccountStatus = {
    id: request.id,
    state: request.state,
    accountName: '****',
    ...(request.state === 'SUCCEEDED' && { accountId: request.accountId }),
    ...(request.failureReason !== undefined && { failureReason: request.failureReason }),
    requestedTimestamp: timestamp(request.requestedAt),
    completedTimestamp: timestamp(request.completedAt),
  };
  send(parts, organization, 'CreateAccountResult', { createAccountStatus });
}

/** Tells the management account's default bus that an account is closed. */
export function closeAccountResult(
  parts: OrganizationsParts,
  organization: OrganizationRecord,
  closure: { accountId: string; requestedAt: number; closedAt: number },
): void {
  const closeAccountStatus = {
    accountId: closure.accountId,
    state: 'SUCCEEDED',
    requestedTimestamp: timestamp(closure.requestedAt),
    completedTimestamp: timestamp(closure.closedAt),
  };
  send(parts, organization, 'CloseAccountResult', { closeAccountStatus });
}

/** CloudTrail's way of writing times in service events: "Jun 24, 2020 11:11:17 PM". */
function timestamp(time: number): string {
  const date = new Date(time);
  const day = date.toLocaleDateString('en-US', { dateStyle: 'medium', timeZone: 'UTC' });
  return `${day} ${date.toLocaleTimeString('en-US', { timeStyle: 'medium', timeZone: 'UTC' }).replace('\u202f', ' ')}`;
}

/** https://docs.aws.amazon.com/organizations/latest/userguide/orgs_cloudtrail-integration.html */
function send(parts: OrganizationsParts, organization: OrganizationRecord, eventName: string, status: object): void {
  const { cloud, settings } = parts;
  const lost = parts.random() < settings.lostEvents;
  if (lost || !cloud.has('events')) return;
  const accountId = organization.managementAccountId;
  const principal = 'organizations.amazonaws.com';
  const detail = {
    eventVersion: '1.11',
    userIdentity: { accountId, invokedBy: 'AWS Internal' },
    eventTime: new Date(cloud.clock.now()).toISOString().replace(/\.\d+/, ''),
    eventSource: principal,
    eventName,
    awsRegion: 'us-east-1',
    sourceIPAddress: 'AWS Internal',
    userAgent: 'AWS Internal',
    requestParameters: null,
    responseElements: null,
    eventID: randomUUID(),
    readOnly: false,
    eventType: 'AwsServiceEvent',
    managementEvent: true,
    recipientAccountId: accountId,
    serviceEventDetails: status,
    eventCategory: 'Management',
  };
  const entry = {
    Source: 'aws.organizations',
    DetailType: 'AWS Service Event via CloudTrail',
    Time: cloud.clock.now() / 1000,
    Detail: JSON.stringify(detail),
  };
  const caller = { kind: 'service', accountId, arn: principal, userId: principal, sourceAccount: accountId } as const;
  // Nothing of Organizations fails with it; AWS promises no delivery.
  cloud.call('events', 'PutEvents', { Entries: [entry] }, caller, { region: 'us-east-1' }).catch((error: unknown) => {
    cloud.log('warn', `${eventName} could not be sent`, { error: String(error) });
  });
}
