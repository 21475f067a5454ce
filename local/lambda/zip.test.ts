import { describe, expect, it } from 'vitest';
import { readZip, writeZip } from './zip.ts';

describe('zip', () => {
  it('reads back what it wrote', () => {
    const zip = writeZip({
      'index.mjs': 'export const a = 1;\n'.repeat(50),
      'lib/ü.txt': Buffer.from([0, 255, 3]),
      empty: '',
    });
    const files = readZip(zip);
    expect(files.map((file) => file.path)).toEqual(['index.mjs', 'lib/ü.txt', 'empty']);
    expect(Buffer.from(files[0]?.data ?? []).toString()).toBe('export const a = 1;\n'.repeat(50));
    expect([...(files[1]?.data ?? [])]).toEqual([0, 255, 3]);
    expect(files[2]?.data.byteLength).toBe(0);
  });

  it('writes equal bytes for equal files', () => {
    expect(Buffer.from(writeZip({ a: 'x' })).equals(writeZip({ a: 'x' }))).toBe(true);
  });

  it.each(['../outside', '/absolute', 'a/../../b', 'a\\b'])('refuses the path %s', (path) => {
    expect(() => readZip(writeZip({ [path]: 'x' }))).toThrow('outside itself');
  });

  it('refuses damaged bytes, other bytes and too large archives', () => {
    const zip = Buffer.from(writeZip({ a: 'hello hello hello' }));
    const damaged = Buffer.from(zip);
    damaged[33] = (damaged[33] ?? 0) ^ 0xff;
    expect(() => readZip(damaged)).toThrow();
    expect(() => readZip(Buffer.from('not a zip archive, but long enough'))).toThrow('No zip archive');
    expect(() => readZip(writeZip({ a: 'x'.repeat(100) }), 99)).toThrow(RangeError);
  });
});
