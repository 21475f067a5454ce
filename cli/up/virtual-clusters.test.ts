import { expect, test } from 'vitest';
import { parseConfig } from '../../tenancy/config.ts';
import installed from '../../tenantry.config.json' with { type: 'json' };
import { buildAhead } from './virtual-clusters.ts';

const config = parseConfig(installed, 'tenantry.config.json');
const { standard, basic } = config.tiers;
const [withVclusters, without] = [
  { tiers: { ...(basic && { basic }), ...(standard && { standard }) } },
  { tiers: { ...(basic && { basic }) } },
];

async function said(tiers: Parameters<typeof buildAhead>[0], build: Parameters<typeof buildAhead>[2]) {
  const lines: string[] = [];
  await buildAhead(tiers, (line) => lines.push(line), build);
  return lines;
}

const compiling = async (progress: (line: string) => void) => {
  progress('Building vcluster 0.30.0');
  progress('Built vcluster in 6 min');
};

test('a build says for which tiers it is, once, and how it goes', async () => {
  expect(await said(withVclusters, compiling)).toEqual([
    'virtual clusters (standard) need a program of their own; it is built in the background',
    '  Building vcluster 0.30.0',
    '  Built vcluster in 6 min',
  ]);
});

test('what is cached is not worth a word', async () => {
  expect(await said(withVclusters, async () => '/cached')).toEqual([]);
});

test('without a tier in virtual clusters nothing is built', async () => {
  expect(await said(without, () => Promise.reject(new Error('was built')))).toEqual([]);
});

test('a build that fails is told with its remedy, and stops nothing', async () => {
  const failing = () => Promise.reject(new Error('The disk is full. Make room and run this again.'));
  expect(await said(withVclusters, failing)).toEqual([
    'warn: no virtual clusters until this is put right: The disk is full. Make room and run this again.',
  ]);
});
