import { basicNumbers, type WorkspaceNumbers, workspaceNumbers } from '../../workspace/numbers.ts';

/** Random tiers from a seed: the same seed, the same tiers. */
export function randomFrom(seed: number) {
  let state = seed * 2_654_435_761 + 1;
  const next = (below: number) => {
    // mulberry32
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) % below;
  };
  const some = <Item>(items: readonly Item[]) => items.filter(() => next(2) === 0);
  const cpu = (units: number) => (units % 1_000 === 0 && next(2) === 0 ? String(units / 1_000) : `${units}m`);
  const memory = (mebibytes: number) =>
    mebibytes % 1_024 === 0 && next(2) === 0 ? `${mebibytes / 1_024}Gi` : `${mebibytes}Mi`;
  const resources = (size: number) => ({ cpu: cpu(size), memory: memory(size) });

  /** Numbers that make sense by themselves: minimum, default request, default and maximum of a container in that order. */
  function numbers(): WorkspaceNumbers {
    const [min, request] = [1 + next(20), 30 + next(200)];
    const [most, max] = [request + next(500), 1_000 * (1 + next(8))];
    const scratch = { 'ephemeral-storage': `${1 + next(4)}Gi` };
    const compute = Object.keys(basicNumbers.compute).map((key) => [
      key,
      key.endsWith('cpu') ? cpu(500 * next(40)) : memory(512 * next(40)),
    ]);
    const objects = Object.keys(basicNumbers.objects).map((key) => [key, next(100)]);
    return workspaceNumbers.parse({
      compute: Object.fromEntries(compute),
      objects: Object.fromEntries(objects),
      limits: {
        container: {
          default: { ...resources(most), ...scratch },
          defaultRequest: { ...resources(request), 'ephemeral-storage': '256Mi' },
          max: resources(max),
          min: resources(min),
        },
        pod: { max: resources(max * 2) },
        persistentVolumeClaim: { min: `${1 + next(3)}Gi`, max: `${5 + next(50)}Gi` },
      },
      storageClasses: some(['gp3', 'io2', 'st1']),
      imageRegistries: ['public.ecr.aws/', ...some(['registry.k8s.io/', 'ghcr.io/'])],
      priorityClasses: some(['tenantry-low', 'tenantry-standard', 'tenantry-high']),
      runtimeClasses: some(['gvisor', 'kata']),
      loadBalancers: next(2) === 0,
      ingress: { classes: some(['alb', 'nginx']), domain: ['a.example.com', 'b.example.com'][next(2)] },
      platformNamespaces: some(['monitoring', 'ingress-system']),
      internetEgress: next(2) === 0,
      standalonePods: (['warned', 'refused'] as const)[next(2)],
    });
  }
  return { numbers };
}
