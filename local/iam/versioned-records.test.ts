import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Clock } from '../kernel/clock.ts';
import { openStore } from '../kernel/sqlite-store.ts';
import { versionedRecords } from './versioned-records.ts';

/** Records on a clock that only the test moves. */
function setUp() {
  const time = { now: 1_000 };
  const store = openStore(':memory:');
  const open = () => versionedRecords<string>(store.collection('test'), { now: () => time.now } as Clock);
  return { time, open, records: open() };
}

describe('versionedRecords', () => {
  it('shows a change at once to readers, and after its delay to authorisation', () => {
    const { time, records } = setUp();
    records.put('a/x', 'one', 100);
    expect(records.get('a/x')).toBe('one');
    expect(records.effective('a/x')).toEqual({ value: undefined, until: 1_100 });
    time.now = 1_100;
    expect(records.effective('a/x')).toEqual({ value: 'one', until: Number.POSITIVE_INFINITY });
    records.delete('a/x', 50);
    expect(records.get('a/x')).toBeUndefined();
    expect(records.list('a/')).toEqual([]);
    expect(records.effective('a/x').value).toBe('one');
    time.now = 1_150;
    expect(records.effective('a/x').value).toBeUndefined();
  });

  it('never shows authorisation an older value after a newer one, and agrees in the end', () => {
    const change = fc.record({ wait: fc.integer({ min: 0, max: 60 }), delay: fc.integer({ min: 0, max: 100 }) });
    fc.assert(
      fc.property(fc.array(change, { minLength: 1, maxLength: 12 }), (changes) => {
        const { time, records, open } = setUp();
        let newest = -1;
        const look = () => {
          const seen = Number(records.effective('a/x').value ?? -1);
          expect(seen).toBeGreaterThanOrEqual(newest);
          newest = seen;
        };
        changes.forEach(({ wait, delay }, index) => {
          for (let step = 0; step < wait; step++) {
            time.now++;
            look();
          }
          records.put('a/x', String(index), delay);
          look();
        });
        // A restart in between loses nothing of what is still to come.
        expect(open().effective('a/x')).toEqual(records.effective('a/x'));
        time.now += 100;
        expect(records.effective('a/x').value).toBe(String(changes.length - 1));
      }),
    );
  });

  it('lists one account in the order of names', () => {
    const { records } = setUp();
    for (const key of ['b/2', 'a/2', 'a/1', 'ab/1']) records.put(key, key, 0);
    expect(records.list('a/')).toEqual(['a/1', 'a/2']);
    expect(records.values('').sort()).toEqual(['a/1', 'a/2', 'ab/1', 'b/2']);
  });
});
