import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { openStore } from '../kernel/sqlite-store.ts';
import { logGroup, type TestCloud, template, testCloud } from './test-cloud.ts';

const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

const BODY = template({
  A: logGroup({ RetentionInDays: 1 }),
  B: logGroup({ RetentionInDays: 2 }, { DependsOn: 'A' }),
  C: logGroup({ RetentionInDays: 3 }, { DependsOn: 'B' }),
});
const LATER = template({
  A: logGroup({ RetentionInDays: 10 }),
  B: logGroup({ RetentionInDays: 20, LogGroupClass: 'INFREQUENT_ACCESS' }, { DependsOn: 'A' }),
});

type Moment = 'before' | 'after';

/** Kills the local cloud around the effect of its `at`-th call of a service, and starts it again on the same state. */
async function killed(
  at: number,
  when: Moment,
  operation: (cloud: TestCloud) => Promise<unknown>,
  prepare?: (cloud: TestCloud) => Promise<unknown>,
) {
  const folder = mkdtempSync(join(tmpdir(), 'cloudformation-'));
  folders.push(folder);
  const groups = new Map();
  const first = testCloud({ store: openStore(folder), groups });
  await prepare?.(first);
  first.calls.length = 0;
  let dead = false;
  const death = new Promise<void>((resolve) => {
    Object.assign(first.hang, { at, when, reached: resolve });
  }).then(() => {
    dead = true;
  });
  await operation(first);
  await Promise.race([death, first.settled('Shop')]);
  first.cloud.clock.close();
  first.cloud.store.close();
  const after = testCloud({ store: openStore(folder), groups });
  await after.cloud.start();
  return { after, groups, dead };
}

const create = ({ call }: TestCloud) => call('CreateStack', { StackName: 'Shop', TemplateBody: BODY });

it.each<Moment>(['before', 'after'])(
  'completes a creation that was killed %s any of its calls, nothing made twice',
  async (when) => {
    for (let at = 1; at <= 6; at++) {
      const { after, groups, dead } = await killed(at, when, create);
      expect(dead, `call ${at} is reached`).toBe(true);
      expect((await after.settled('Shop')).StackStatus, `killed at call ${at}`).toBe('CREATE_COMPLETE');
      expect([...groups.values()].map((group) => group.retention).sort()).toEqual([1, 2, 3]);
    }
  },
);

it.each<Moment>(['before', 'after'])(
  'completes an update with replacement and removal that was killed %s any of its calls',
  async (when) => {
    const prepare = async (cloud: TestCloud) => {
      await create(cloud);
      await cloud.settled('Shop');
    };
    const update = ({ call }: TestCloud) => call('UpdateStack', { StackName: 'Shop', TemplateBody: LATER });
    for (let at = 1; at <= 5; at++) {
      const { after, groups, dead } = await killed(at, when, update, prepare);
      expect(dead, `call ${at} is reached`).toBe(true);
      expect((await after.settled('Shop')).StackStatus, `killed at call ${at}`).toBe('UPDATE_COMPLETE');
      expect([...groups.values()].map((group) => group.retention).sort()).toEqual([10, 20]);
    }
  },
);

it.each<Moment>(['before', 'after'])('completes a deletion that was killed %s any of its calls', async (when) => {
  const prepare = async (cloud: TestCloud) => {
    await create(cloud);
    await cloud.settled('Shop');
  };
  for (let at = 1; at <= 3; at++) {
    const { after, groups, dead } = await killed(
      at,
      when,
      ({ call }) => call('DeleteStack', { StackName: 'Shop' }),
      prepare,
    );
    expect(dead, `call ${at} is reached`).toBe(true);
    const { StackSummaries } = await after.call('ListStacks', {});
    expect((await after.settled(StackSummaries[0].StackId)).StackStatus).toBe('DELETE_COMPLETE');
    expect(groups.size).toBe(0);
  }
});
