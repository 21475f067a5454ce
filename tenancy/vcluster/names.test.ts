import { createHash } from 'node:crypto';
import { describe, expect, it, test } from 'vitest';
import { hostName, vclusterClusterRoleName, vclusterName, vclusterObjectNames } from './names.ts';

describe('vclusterName', () => {
  it.each([['acme'], ['a'], ['a'.repeat(51)], ['shop-2']])('%s is its own name', (id) => {
    expect(vclusterName(id)).toBe(id);
  });

  it.each([['1-and-1'], ['a'.repeat(52)], [`${'b'.repeat(40)}-${'c'.repeat(15)}`], ['9'.repeat(56)]])(
    '%s becomes a name that a Service and the label of a StatefulSet can have',
    (id) => {
      const name = vclusterName(id);
      expect(name).toMatch(/^[a-z]([a-z0-9-]*[a-z0-9])?$/);
      expect(`${name}-0123456789`.length).toBeLessThanOrEqual(63);
      for (const each of Object.values(vclusterObjectNames(name))) expect(each.length).toBeLessThanOrEqual(63);
    },
  );

  it('keeps apart ids that are equal in the part that is kept', () => {
    expect(vclusterName(`${'a'.repeat(55)}b`)).not.toBe(vclusterName(`${'a'.repeat(55)}c`));
  });
});

describe('hostName', () => {
  it('joins object, namespace and virtual cluster', () => {
    expect(hostName('web', 'shop', 'acme')).toBe('web-x-shop-x-acme');
  });

  it('keeps 63 characters, and hashes the whole of what is longer', () => {
    const fits = 'w'.repeat(63 - '-x-shop-x-acme'.length);
    expect(hostName(fits, 'shop', 'acme')).toBe(`${fits}-x-shop-x-acme`);
    const whole = `${fits}w-x-shop-x-acme`;
    const digits = createHash('sha256').update(whole).digest('hex').slice(0, 10);
    expect(hostName(`${fits}w`, 'shop', 'acme')).toBe(`${whole.slice(0, 52)}-${digits}`);
  });

  it('leaves no dot before the hash, where a name may not have one', () => {
    const name = `${'w'.repeat(51)}.${'v'.repeat(20)}`;
    expect(hostName(name, 'shop', 'acme')).toMatch(/^w{51}-[0-9a-f]{10}$/);
  });

  it('is ambiguous where the parts hold the separator: the syncer, too, maps both to one name', () => {
    expect(hostName('a-x-b', 'c', 'n')).toBe(hostName('a', 'b-x-c', 'n'));
  });
});

test('the chart’s cluster role has at most 63 characters and no dash at its end', () => {
  expect(vclusterClusterRoleName('acme', 'tenant-acme')).toBe('vc-acme-v-tenant-acme');
  const name = vclusterClusterRoleName('a'.repeat(51), 'b'.repeat(6));
  expect(name).toBe(`vc-${'a'.repeat(51)}-v-${'b'.repeat(6)}`);
  expect(vclusterClusterRoleName('a'.repeat(52), 'b'.repeat(20)).length).toBe(63);
  expect(vclusterClusterRoleName('a'.repeat(52), `bbbb-${'c'.repeat(10)}`)).not.toMatch(/-$/);
});
