import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fillAccount } from './fill-account.ts';
import { type Sweep, sweep } from './sweep.ts';
import { inventory, type TestAccount, testAccount } from './test-account.ts';

let account: TestAccount;
beforeAll(async () => {
  account = await testAccount();
});
afterAll(() => account.local.stop());

const REGIONS = ['us-east-1', 'eu-west-1', 'ap-southeast-2'];

/** What is ours and AWS's own. */
const STAYS = [
  'cloudformation tenantry-account (us-east-1)',
  ...REGIONS.map((region) => `events default (${region})`),
  'iam policy tenantry-tenant-boundary',
  'iam role /OrganizationAccountAccessRole',
  'iam role /aws-service-role/eks.amazonaws.com/AWSServiceRoleForAmazonEKS',
  'iam role /tenantry/tenantry-teardown',
].sort();

/** Scans a minute apart until one finds nothing. Throws after forty. */
async function sweepUntilClean(): Promise<Sweep[]> {
  const scans: Sweep[] = [];
  while (scans.at(-1)?.found !== 0) {
    if (scans.length === 40) throw new Error(`still there: ${scans.at(-1)?.remaining.join('; ')}`);
    scans.push(await sweep(account.options));
    await account.wait(1);
  }
  return scans;
}

describe('sweep', () => {
  it('removes one of everything, nested or not, and keeps what is ours and AWS’s', async () => {
    await fillAccount(account);
    const before = await inventory(account, REGIONS);
    expect(before.length).toBeGreaterThan(60);
    expect(before).toEqual(expect.arrayContaining(STAYS));
    const scans = await sweepUntilClean();
    expect((await inventory(account, REGIONS)).sort()).toEqual(STAYS);
    expect(scans.length).toBeLessThan(20);
    expect(scans[0]?.remaining).toEqual([expect.stringMatching(/^stack base \(us-east-1\): .*in use by app/)]);
  });

  it('comes to the same end when two sweep at once and every removal’s answer is lost', async () => {
    await fillAccount(account);
    const { faults, services } = account.local.cloud;
    const removals = [...services.values()].flatMap(({ name, operations }) =>
      Object.keys(operations)
        .filter((operation) => /^(Delete|Release|Detach|Disassociate|Revoke|Remove)/.test(operation))
        .map((operation) => ({ service: name, operation })),
    );
    for (const removal of removals) faults.add({ ...removal, kind: 'lose-response', count: 1 });
    try {
      await Promise.all([sweep(account.options), sweep(account.options)]);
      await account.wait(1);
      const scans = await sweepUntilClean();
      expect(scans.length).toBeLessThan(30);
      // Some are of things that a tenant of this test does not have.
      expect(removals.length - faults.list().length).toBeGreaterThan(35);
    } finally {
      faults.clear();
    }
    expect((await inventory(account, REGIONS)).sort()).toEqual(STAYS);
  });

  it('names what resists, with AWS’s reason, and removes the rest', async () => {
    const { call } = account;
    await call('s3', 'CreateBucket', { Bucket: 'locked', ObjectLockEnabledForBucket: true });
    await call('s3', 'PutObject', { Bucket: 'locked', Key: 'ledger', Body: Buffer.from('1') });
    const { VersionId } = (await call('s3', 'ListObjectVersions', { Bucket: 'locked' })).Versions[0];
    const until = new Date(account.local.cloud.clock.now() + 86_400_000).toISOString();
    await call('s3', 'PutObjectRetention', {
      Bucket: 'locked',
      Key: 'ledger',
      VersionId,
      Body: Buffer.from(`<Retention><Mode>COMPLIANCE</Mode><RetainUntilDate>${until}</RetainUntilDate></Retention>`),
    });
    await call('logs', 'CreateLogGroup', { logGroupName: '/orders' });
    const first = await sweep(account.options);
    expect(first.found).toBe(2);
    expect(first.remaining).toEqual([
      expect.stringMatching(/^bucket locked \(global\): ledger: AccessDenied: .*object lock/),
    ]);
    expect((await sweep(account.options)).found).toBe(1);
    await account.wait(25 * 60);
    await sweepUntilClean();
  });

  it('is not clean while something cannot be looked at', async () => {
    account.local.cloud.faults.add({ service: 'sqs', operation: 'ListQueues', kind: 'deny', after: 3 });
    const { found, remaining } = await sweep(account.options);
    expect(found).toBe(1);
    expect(remaining).toEqual([expect.stringMatching(/^sqs \([a-z0-9-]+\) cannot be listed: AccessDenied/)]);
  });

  it('removes nothing from an account without a baseline', async () => {
    const stranger = { accessKeyId: '333333333333', secretAccessKey: 'local' };
    await expect(sweep({ ...account.options, credentials: stranger })).rejects.toThrow('nothing is removed from it');
  });
});
