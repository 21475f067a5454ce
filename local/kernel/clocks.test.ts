import { describe, expect, it } from 'vitest';
import { jumpingClock, realClock, scaledClock } from './clocks.ts';

const HOUR = 3_600_000;

describe('jumpingClock', () => {
  it('passes simulated months at once, in the order of the timers', async () => {
    const clock = jumpingClock();
    const order: string[] = [];
    const start = clock.now();
    await Promise.all([
      clock.sleep(720 * HOUR).then(() => order.push('month')),
      clock.sleep(HOUR).then(() => order.push('hour')),
    ]);
    expect(order).toEqual(['hour', 'month']);
    expect(clock.now() - start).toBeGreaterThanOrEqual(720 * HOUR);
    clock.close();
  });

  it('stands still while a hold is open', async () => {
    const clock = jumpingClock();
    const release = clock.hold('work');
    let fired = false;
    clock.at(clock.now() + HOUR, () => {
      fired = true;
    });
    for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve));
    expect(fired).toBe(false);
    release();
    for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve));
    expect(fired).toBe(true);
    clock.close();
  });

  it('never leaps for background timers, but fires those due on the way of a leap in order', async () => {
    const clock = jumpingClock();
    const order: string[] = [];
    clock.at(clock.now() + HOUR, () => order.push('background'), { background: true });
    for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve));
    expect(order).toEqual([]);
    await clock.sleep(2 * HOUR);
    expect(order).toEqual(['background']);
    clock.close();
  });

  it('goes on where an earlier run had leapt to', () => {
    let ahead = 0;
    const first = jumpingClock({ aheadOfReal: 5 * HOUR, leapt: (value) => (ahead = value) });
    expect(first.now() - Date.now()).toBeGreaterThanOrEqual(5 * HOUR - 1);
    expect(ahead).toBe(0);
    first.close();
  });

  it('leaves nothing behind that keeps the process alive', async () => {
    const timeouts = () => process.getActiveResourcesInfo().filter((resource) => resource === 'Timeout').length;
    const before = timeouts();
    const clock = jumpingClock();
    for (let leap = 0; leap < 5; leap++) await clock.sleep(HOUR);
    clock.close();
    expect(timeouts()).toBe(before);
  });

  it('does not fire cancelled timers', async () => {
    const clock = jumpingClock();
    let fired = false;
    clock
      .at(clock.now() + 1, () => {
        fired = true;
      })
      .cancel();
    await clock.sleep(HOUR);
    expect(fired).toBe(false);
    clock.close();
  });
});

describe('a paced jumpingClock', () => {
  it('takes real time for its leaps, at most a second for the longest', async () => {
    const clock = jumpingClock();
    clock.pace?.(1_000);
    const begun = performance.now();
    await clock.sleep(100_000);
    expect(performance.now() - begun).toBeGreaterThanOrEqual(90);
    const long = performance.now();
    await clock.sleep(720 * HOUR);
    expect(performance.now() - long).toBeLessThan(10_000);
    clock.close();
  });

  it('does not leap when something begins meanwhile', async () => {
    const clock = jumpingClock();
    clock.pace?.(100);
    let fired = false;
    clock.at(clock.now() + HOUR, () => {
      fired = true;
    });
    const release = clock.hold('work');
    await new Promise((resolve) => setTimeout(resolve, 30));
    expect(fired).toBe(false);
    release();
    clock.close();
  });
});

describe('a paced jumpingClock that somebody keeps asking', () => {
  it('leaps all the same', async () => {
    const clock = jumpingClock();
    clock.pace?.(10_000);
    let passed = false;
    void clock.sleep(HOUR).then(() => {
      passed = true;
    });
    // A client that looks every 20 ms, far more often than the second that the leap takes.
    for (let look = 0; look < 100 && !passed; look++) {
      const release = clock.hold('look');
      await new Promise((resolve) => setTimeout(resolve, 1));
      release();
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    expect(passed).toBe(true);
    clock.close();
  });
});

describe('scaledClock and realClock', () => {
  it('run at their own rates', async () => {
    const fast = scaledClock(1000);
    const start = fast.now();
    await fast.sleep(2000);
    expect(fast.now() - start).toBeGreaterThanOrEqual(2000);
    fast.close();
    const real = realClock();
    const before = Date.now();
    await real.sleep(5);
    expect(Date.now() - before).toBeGreaterThanOrEqual(4);
    real.close();
  });
});
