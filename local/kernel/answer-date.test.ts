import { expect, it } from 'vitest';
import { answerDate } from './answer-date.ts';
import type { Clock } from './clock.ts';

const REAL = Date.parse('2026-11-22T09:00:00Z');
const clock = { now: () => Date.parse('2026-11-23T12:00:00Z') } as Clock;
const dated = (headers: Record<string, string>, url = '/') =>
  answerDate(clock, { method: 'GET', url, headers, body: new Uint8Array() }, REAL);

it('is simulated for who signed by the simulated clock', () => {
  expect(dated({ 'x-amz-date': '20261123T115959Z' })).toBe('Mon, 23 Nov 2026 12:00:00 GMT');
  expect(dated({}, '/?X-Amz-Date=20261123T115959Z&X-Amz-Expires=60')).toBe('Mon, 23 Nov 2026 12:00:00 GMT');
});

it.each([
  ['who signed by the real clock', { 'x-amz-date': '20261122T090001Z' }],
  ['who did not sign', {}],
  ['a date that is none', { 'x-amz-date': 'yesterday' }],
])('is real for %s', (_who, headers) => {
  expect(dated(headers as Record<string, string>)).toBe('Sun, 22 Nov 2026 09:00:00 GMT');
});
