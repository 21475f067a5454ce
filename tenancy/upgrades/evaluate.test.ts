import { describe, expect, it } from 'vitest';
import { evaluate } from './evaluate.ts';
import { proposalDeclined, tierChanged } from './state.ts';
import { exampleRules, live, newTenant, START } from './testing/simulation.ts';
import { emptyHistory } from './usage.ts';

const HOUR = 3_600_000;
const hours = (count: number, cpu: number) => Array.from({ length: count }, () => ({ cpu }));
const moves = ({ decisions }: ReturnType<typeof live>) =>
  decisions.map(({ at, decision }) => [(at - START) / HOUR, decision.kind, decision.from, decision.to]);

describe('a tenant that grows', () => {
  it('is moved once usage is above the threshold for the sustained periods', () => {
    expect(moves(live(exampleRules(), [...hours(48, 1), ...hours(48, 4)]))).toEqual([
      [51, 'start', 'basic', 'standard'],
    ]);
  });

  it('is moved to the tier that fits, not through the tiers between', () => {
    expect(moves(live(exampleRules(), hours(100, 25)))).toEqual([[24, 'start', 'basic', 'premium']]);
  });

  it('is not moved for a spike that is shorter', () => {
    const rules = exampleRules({
      tiers: {
        basic: [{ ...rule, statistic: 'max', windowPeriods: 1, sustainedPeriods: 3, up: { above: 2, mode: 'auto' } }],
      },
    });
    expect(moves(live(rules, [...hours(48, 1), ...hours(2, 90), ...hours(20, 1)]))).toEqual([]);
    expect(moves(live(rules, [...hours(48, 1), ...hours(3, 90), ...hours(20, 1)]))).toHaveLength(1);
  });

  it('stops at the ceiling of the rules or of the tenant, whichever is lower', () => {
    expect(moves(live(exampleRules({ ceiling: 'standard' }), hours(60, 25)))[0]?.[3]).toBe('standard');
    const state = { ...newTenant(), ceiling: 'basic' };
    const { decisions, history } = live(exampleRules({ ceiling: 'standard' }), hours(60, 25), { state });
    expect(decisions).toEqual([]);
    expect(evaluate(exampleRules(), history, state, START + 60 * HOUR)).toMatchObject({
      kind: 'none',
      reason: 'out-of-bounds',
    });
  });

  it('is moved only where the moves are allowed', () => {
    const rules = exampleRules({ moves: [{ from: 'basic', to: 'premium' }] });
    expect(moves(live(rules, hours(60, 25)))[0]?.slice(1)).toEqual(['start', 'basic', 'premium']);
    expect(moves(live(rules, hours(60, 4))), 'standard fits, and may not be entered').toEqual([]);
  });
});

const rule = { name: 'cpu-busy', meter: 'cpu', statistic: 'p95', windowPeriods: 6, sustainedPeriods: 3 };

describe('a tenant that shrinks', () => {
  it('goes down only below the lower threshold', () => {
    const state = newTenant('standard');
    expect(moves(live(exampleRules(), hours(100, 1.5), { state }))).toEqual([]);
    expect(moves(live(exampleRules(), hours(100, 0.5), { state }))).toEqual([[24, 'start', 'standard', 'basic']]);
  });

  it('goes down only if all rules of the tier agree', () => {
    const seats = { name: 'seats', meter: 'seats', statistic: 'max', windowPeriods: 1, sustainedPeriods: 1 };
    const rules = exampleRules({
      tiers: {
        standard: [
          { ...rule, down: { below: 1, mode: 'auto' } },
          { ...seats, down: { below: 10, mode: 'auto' } },
        ],
      },
    });
    const state = newTenant('standard');
    const with_ = (count: number) => hours(50, 0.5).map((meters) => ({ ...meters, seats: count }));
    expect(moves(live(rules, with_(40), { state }))).toEqual([]);
    expect(moves(live(rules, hours(50, 0.5), { state })), 'seats unknown').toEqual([]);
    expect(moves(live(rules, with_(4), { state }))).toHaveLength(1);
  });

  it('stays when the rules of the smaller tier would send it back', () => {
    const seats = { name: 'seats', meter: 'seats', statistic: 'max', windowPeriods: 1, sustainedPeriods: 1 };
    const rules = exampleRules({
      tiers: {
        basic: [{ ...seats, up: { above: 20, mode: 'auto' } }],
        standard: [{ ...rule, down: { below: 1, mode: 'auto' } }],
      },
    });
    const usage = hours(50, 0.5).map((meters) => ({ ...meters, seats: 40 }));
    const { decisions, history } = live(rules, usage, { state: newTenant('standard') });
    expect(decisions).toEqual([]);
    expect(evaluate(rules, history, newTenant('standard'), START + 50 * HOUR)).toMatchObject({
      reason: 'rules-disagree',
    });
  });
});

describe('nothing is decided', () => {
  const { history } = live(exampleRules(), hours(48, 4), { state: { ...newTenant(), operationRunning: true } });
  const now = START + 48 * HOUR;
  const reason = (state: Parameters<typeof evaluate>[2], rules = exampleRules()) => {
    const decision = evaluate(rules, history, state, now);
    return decision.kind === 'none' ? decision.reason : decision.kind;
  };

  it.each([
    ['while an operation runs', { ...newTenant(), operationRunning: true }, 'operation-running'],
    [
      'while a proposal is open',
      { ...newTenant(), proposal: { to: 'standard', at: now - HOUR, evidence: [] } },
      'proposal-open',
    ],
    ['within the cool-down', { ...newTenant(), settledAt: now - 24 * HOUR + 1 }, 'cool-down'],
    ['before the cool-down began (a clock that was put back)', { ...newTenant(), settledAt: now + HOUR }, 'cool-down'],
    ['for a tier that is not on the ladder', newTenant('trial'), 'not-on-ladder'],
    ['while usage fits', newTenant('standard'), 'within-thresholds'],
  ])('%s', (_case, state, expected) => expect(reason(state)).toBe(expected));

  it('without enough measurements: gaps are not zeros', () => {
    expect(evaluate(exampleRules(), emptyHistory(HOUR, 800), newTenant(), now)).toMatchObject({
      reason: 'within-thresholds',
    });
    const gaps = hours(48, 4).map((meters, index) => (index % 2 ? undefined : meters));
    expect(moves(live(exampleRules(), gaps))).toEqual([]);
    expect(moves(live(exampleRules(), hours(48, 0), { state: newTenant('standard') }))).toHaveLength(1);
    const silence = [...hours(24, 4), ...Array.from({ length: 48 }, () => undefined)];
    expect(moves(live(exampleRules({ coolDownHours: 30 }), silence)), 'a tenant that fell silent').toEqual([]);
  });

  it('from the period that is still being measured', () => {
    const usage = [...hours(24, 1), ...hours(3, 4)];
    const { history } = live(exampleRules(), usage, { state: { ...newTenant(), operationRunning: true } });
    expect(evaluate(exampleRules(), history, newTenant(), START + 27 * HOUR - 1).kind).toBe('none');
    expect(evaluate(exampleRules(), history, newTenant(), START + 27 * HOUR).kind).toBe('start');
  });
});

describe('an amount', () => {
  const requests = { name: 'requests', meter: 'requests', statistic: 'sum', windowPeriods: 24, sustainedPeriods: 1 };
  const rules = exampleRules({ tiers: { basic: [{ ...requests, up: { above: 2400, mode: 'auto' } }] } });
  const usage = (perHour: number) => Array.from({ length: 60 }, () => ({ requests: perHour }));

  it('is summed over the window; gaps count like the average of the rest', () => {
    expect(moves(live(rules, usage(100)))).toEqual([]);
    expect(moves(live(rules, usage(101)))).toHaveLength(1);
    const gaps = usage(101).map((meters, index) => (index % 10 === 3 ? undefined : meters));
    expect(moves(live(rules, gaps))).toHaveLength(1);
  });
});

describe('a proposal', () => {
  const rules = exampleRules({
    tiers: {
      basic: [{ ...rule, up: { above: 2, mode: 'propose' } }],
      standard: [{ ...rule, up: { above: 8, mode: 'auto' } }],
    },
  });

  it('is made where a rule says so, also when an automatic rule leads further', () => {
    expect(moves(live(rules, hours(60, 4)))).toEqual([[24, 'propose', 'basic', 'standard']]);
    expect(moves(live(rules, hours(60, 12)))).toEqual([[24, 'propose', 'basic', 'premium']]);
  });

  it('carries the numbers it was made from', () => {
    const [made] = live(rules, hours(60, 4)).decisions;
    expect(made?.decision).toMatchObject({
      rule: 'cpu-busy',
      evidence: [{ tier: 'basic', rule: 'cpu-busy', direction: 'up', threshold: 2, values: [4, 4, 4] }],
      explanation:
        'p95 of cpu over 6 hours was above 2 for 3 hours (last 4; rule cpu-busy of basic): the change from basic to standard is proposed.',
    });
  });

  it('that was declined or not answered is made again only when usage has moved on', () => {
    const month = hours(24 * 30, 4);
    expect(moves(live(rules, month)), 'not answered').toHaveLength(1);
    const { history, state } = live(rules, hours(60, 4));
    const declined = proposalDeclined(state, START + 60 * HOUR);
    const later = (cpu: number) => live(rules, [...hours(100, 1), ...hours(100, cpu)], { state: declined }).decisions;
    expect(evaluate(rules, history, { ...declined, settledAt: START }, START + 60 * HOUR)).toMatchObject({
      reason: 'declined',
    });
    expect(later(4.7)).toHaveLength(0);
    expect(later(4.9)).toHaveLength(1);
  });

  it('that was declined is forgotten with the tier', () => {
    const { state } = live(rules, hours(60, 4));
    expect(tierChanged(proposalDeclined(state, START), 'basic', START)).toEqual(newTenant());
  });
});
