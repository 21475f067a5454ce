import { describe, expect, it } from 'vitest';
import { sweep } from './sweep.ts';

describe('sweep', () => {
  const look = (what: string, there: boolean) => ({ what, exists: async () => there });

  it('proves by what was looked for and is not there', async () => {
    const now = new Date('2026-12-22T10:21:00Z');
    expect(await sweep([look('a stack', false), look('a role', false)], now)).toEqual({
      checkedAt: now.toISOString(),
      absent: ['a stack', 'a role'],
    });
  });

  it('names all that is left', async () => {
    const looks = [look('a stack', true), look('a role', false), look('a namespace', true)];
    await expect(sweep(looks)).rejects.toMatchObject({
      name: 'ResourcesLeft',
      message: expect.stringMatching(/a stack; a namespace\./),
    });
  });

  it('takes a look that failed for no proof', async () => {
    const failing = { what: 'a stack', exists: () => Promise.reject(new Error('throttled')) };
    await expect(sweep([failing])).rejects.toThrow('throttled');
  });
});
