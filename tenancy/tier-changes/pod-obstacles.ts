import { tierLabel } from '../workspace/names.ts';
import type { Allowed } from './allowed.ts';
import { above, total } from './amounts.ts';
import { type Container, containersOf, imagesOf, type PodSpec } from './pod-spec.ts';

const measured = ['cpu', 'memory'] as const;
type Measured = (typeof measured)[number];

/** What of a pod the tier does not allow, in words that say by how much. */
export function podObstacles(pod: PodSpec, allowed: Allowed): string[] {
  const containers = [...(pod.containers ?? []), ...(pod.initContainers ?? [])];
  return [
    ...containers.flatMap((container) => containerObstacles(container, allowed.limits)),
    ...wholePod(pod, allowed.limits),
    ...classes(pod, allowed),
    ...registries(pod, allowed),
    ...otherTiersNodes(pod, allowed),
  ];
}

/** What admission sees: without a limit the default, without a request the limit, or the default. */
function asAdmitted(container: Container, resource: Measured, { container: bounds }: Allowed['limits']) {
  const { limits, requests } = container.resources ?? {};
  const limit = limits?.[resource] ?? bounds.default[resource];
  const request = requests?.[resource] ?? limits?.[resource] ?? bounds.defaultRequest[resource];
  return { limit, request, stated: limits?.[resource] !== undefined };
}

/** https://kubernetes.io/docs/concepts/policy/limit-range/ */
function containerObstacles(container: Container, limits: Allowed['limits']): string[] {
  const { max, min } = limits.container;
  return measured.flatMap((resource) => {
    const { limit, request, stated } = asAdmitted(container, resource, limits);
    const which = `container ${container.name}`;
    const tooMuch = above(limit, max[resource]);
    if (tooMuch)
      return [`${which} has limits.${resource} ${limit}, at most ${max[resource]} allowed: lower it by ${tooMuch}`];
    const beyondLimit = above(request, limit);
    if (beyondLimit && !stated)
      return [
        `${which} requests ${resource} ${request} and has no limit, and gets one of ${limit}: state a limit, at most ${max[resource]}`,
      ];
    const tooLittle = above(min[resource], request);
    return tooLittle
      ? [`${which} requests ${resource} ${request}, at least ${min[resource]} needed: raise it by ${tooLittle}`]
      : [];
  });
}

/** The sum of its containers; init containers run before them, one by one, unless they go on running beside. */
function wholePod(pod: PodSpec, limits: Allowed['limits']): string[] {
  const beside = (pod.initContainers ?? []).filter(({ restartPolicy }) => restartPolicy === 'Always');
  const together = [...(pod.containers ?? []), ...beside];
  if (together.length < 2) return [];
  return measured.flatMap((resource) => {
    const sum = total(...together.map((container) => asAdmitted(container, resource, limits).limit));
    const most = limits.pod.max[resource];
    const excess = above(sum, most);
    if (!excess) return [];
    return [
      `its containers have limits.${resource} ${sum} together, at most ${most} allowed in a pod: lower them by ${excess}`,
    ];
  });
}

function classes({ priorityClassName, runtimeClassName }: PodSpec, allowed: Allowed): string[] {
  const refused = (what: string, name: string | undefined, list: readonly string[]) =>
    !name || list.includes(name) ? [] : [`it names the ${what} ${name}, ${allowedText(list)}`];
  return [
    ...refused('priority class', priorityClassName, allowed.priorityClasses),
    ...refused('runtime class', runtimeClassName, allowed.runtimeClasses),
  ];
}

/** `allowed are a, b` */
export function allowedText(list: readonly string[]): string {
  return list.length === 0 ? 'none is allowed' : `allowed are ${list.join(', ')}`;
}

function registries(pod: PodSpec, { imageRegistries }: Allowed): string[] {
  const foreign = imagesOf(pod).filter((image) => !imageRegistries.some((registry) => image.startsWith(registry)));
  return [...new Set(foreign)].map(
    (image) => `its image ${image} is from another registry, ${allowedText(imageRegistries)}`,
  );
}

function otherTiersNodes({ nodeSelector = {}, tolerations = [] }: PodSpec, { tier }: Allowed): string[] {
  const tiers = [
    nodeSelector[tierLabel],
    ...tolerations.filter(({ key }) => key === tierLabel).map(({ value }) => value),
  ];
  const others = new Set(tiers.filter((each) => each !== undefined && each !== '' && each !== tier));
  return [...others].map((other) => `it asks for the nodes of the tier ${other} (${tierLabel})`);
}

/** Whether the pod has containers at all: a template that cannot be read is no obstacle. */
export function isPod(pod: PodSpec | undefined): pod is PodSpec {
  return pod !== undefined && containersOf(pod).length > 0;
}
