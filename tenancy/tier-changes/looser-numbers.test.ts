import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type WorkspaceNumbers, workspaceNumbers } from '../workspace/numbers.ts';
import { excessOf } from '../workspace/quantities.ts';
import { looserNumbers } from './looser-numbers.ts';
import { randomFrom } from './testing/random-numbers.ts';

const RUNS = { seed: 20261122, numRuns: 300 };

/** Everything that `tight` allows, `loose` allows too; the first reason why not. */
function tighterThan(loose: WorkspaceNumbers, tight: WorkspaceNumbers): string | undefined {
  const quantities: [string, string, string][] = [
    ...Object.entries(tight.compute).map(([key, most]): [string, string, string] => [
      key,
      most,
      loose.compute[key as keyof WorkspaceNumbers['compute']],
    ]),
    ['claim', tight.limits.persistentVolumeClaim.max, loose.limits.persistentVolumeClaim.max],
    ['claim at least', loose.limits.persistentVolumeClaim.min, tight.limits.persistentVolumeClaim.min],
    ...(['cpu', 'memory'] as const).flatMap((key): [string, string, string][] => [
      [`container ${key}`, tight.limits.container.max[key], loose.limits.container.max[key]],
      [`pod ${key}`, tight.limits.pod.max[key], loose.limits.pod.max[key]],
      [`container ${key} at least`, loose.limits.container.min[key], tight.limits.container.min[key]],
    ]),
  ];
  const quantity = quantities.find(([, less, more]) => excessOf(less, more));
  if (quantity) return quantity[0];
  const count = Object.entries(tight.objects).find(
    ([key, most]) => most > loose.objects[key as keyof WorkspaceNumbers['objects']],
  );
  if (count) return count[0];
  const lists = [
    'storageClasses',
    'imageRegistries',
    'priorityClasses',
    'runtimeClasses',
    'platformNamespaces',
  ] as const;
  const list = lists.find((key) => !tight[key].every((each) => (loose[key] as readonly string[]).includes(each)));
  if (list) return list;
  if (!tight.ingress.classes.every((each) => loose.ingress.classes.includes(each))) return 'ingress classes';
  if (tight.loadBalancers && !loose.loadBalancers) return 'loadBalancers';
  if (tight.internetEgress && !loose.internetEgress) return 'internetEgress';
  return tight.standalonePods === 'warned' && loose.standalonePods === 'refused' ? 'standalonePods' : undefined;
}

test('looser than both, commutative, idempotent, and a tier by itself', () => {
  fc.assert(
    fc.property(fc.nat(), (seed) => {
      const random = randomFrom(seed);
      const [a, b] = [random.numbers(), random.numbers()];
      const looser = looserNumbers(a, b);
      expect([tighterThan(looser, a), tighterThan(looser, b)]).toEqual([undefined, undefined]);
      expect(looserNumbers(b, a)).toEqual(looser);
      expect(looserNumbers(looser, a)).toEqual(looser);
      expect(looserNumbers(looser, looser)).toEqual(looser);
      expect(workspaceNumbers.parse(looser)).toEqual(looser);
      const { container } = looser.limits;
      for (const key of ['cpu', 'memory'] as const) {
        expect(excessOf(container.defaultRequest[key], container.default[key])).toBeUndefined();
        expect(excessOf(container.default[key], container.max[key])).toBeUndefined();
        expect(excessOf(container.min[key], container.defaultRequest[key])).toBeUndefined();
      }
    }),
    RUNS,
  );
});
