import { expect, test } from 'vitest';
import { withExtraArguments } from './virtual-flags.ts';

const flags = ['--v=1', '--profiling=false', '--enable-admission-plugins=NodeRestriction'];
const configuration = (apiServer: string) => `controlPlane:\n  distro:\n    k8s:\n      apiServer: ${apiServer}\n`;

test('extra arguments of the configuration are added, and take the place of those of the same name', () => {
  const extra = configuration(
    '{ extraArgs: ["--enable-admission-plugins=AlwaysPullImages", "--min-request-timeout=9"] }',
  );
  expect(withExtraArguments(flags, extra, 'apiServer')).toEqual([
    '--v=1',
    '--profiling=false',
    '--enable-admission-plugins=AlwaysPullImages',
    '--min-request-timeout=9',
  ]);
  expect(withExtraArguments(flags, extra, 'controllerManager')).toEqual(flags);
});

test.each([['{}'], ['{ enabled: true, extraArgs: }'], ['[']])(
  'a configuration without any leaves the flags: %s',
  (text) => {
    expect(withExtraArguments(flags, configuration(text), 'apiServer')).toEqual(flags);
  },
);
