import { kindOf, nameOf } from '../transfer/named.ts';
import type { Obstacle } from '../transfer/obstacles.ts';
import type { KubernetesObject } from '../workspace/kubernetes-object.ts';
import type { Allowed } from './allowed.ts';
import { above } from './amounts.ts';
import { allowedText, isPod, podObstacles } from './pod-obstacles.ts';
import { podSpecOf } from './pod-spec.ts';

/**
 * Objects of the tenant that the tier does not allow, each by name and why: what its LimitRange and its admission policies would
 * refuse if the object, or the pods that it makes, were made there. `own` are what the tenant made, not what controllers made of it.
 */
export function objectObstacles(own: readonly KubernetesObject[], allowed: Allowed): Obstacle[] {
  return own.flatMap((object) => {
    const why = [...podsOf(object, allowed), ...byKind(object, allowed)];
    return [...new Set(why)].map((each) => ({ object: nameOf(object), why: each }));
  });
}

function podsOf(object: KubernetesObject, allowed: Allowed): string[] {
  const pod = podSpecOf(object);
  return isPod(pod) ? podObstacles(pod, allowed) : [];
}

function byKind(object: KubernetesObject, allowed: Allowed): string[] {
  switch (kindOf(object)) {
    case 'Pod':
      return standalone(object, allowed);
    case 'PersistentVolumeClaim':
      return claim(object.spec as ClaimSpec, allowed, 'it');
    case 'StatefulSet.apps':
      return claimTemplates(object, allowed);
    case 'Service':
      return service(object, allowed);
    case 'Ingress.networking.k8s.io':
      return ingress(object, allowed);
    default:
      return [];
  }
}

function standalone({ metadata }: KubernetesObject, { standalonePods }: Allowed): string[] {
  if (standalonePods === 'warned' || (metadata.ownerReferences ?? []).length > 0) return [];
  return ['it has no owner, which the tier refuses: use a Deployment, StatefulSet or Job'];
}

interface ClaimSpec {
  readonly storageClassName?: string;
  readonly resources?: { readonly requests?: { readonly storage?: string } };
}

function claim({ storageClassName = '', resources }: ClaimSpec, allowed: Allowed, who: string): string[] {
  const { min, max } = allowed.limits.persistentVolumeClaim;
  const size = resources?.requests?.storage ?? '0';
  const tooLarge = above(size, max);
  const tooSmall = above(min, size);
  const named = storageClassName === '' ? 'names no storage class' : `has the storage class ${storageClassName}`;
  return [
    ...(allowed.storageClasses.includes(storageClassName)
      ? []
      : [`${who} ${named}, ${allowedText(allowed.storageClasses)}`]),
    ...(tooLarge ? [`${who} claims ${size}, at most ${max} allowed: too large by ${tooLarge}`] : []),
    ...(tooSmall ? [`${who} claims ${size}, at least ${min} needed: too small by ${tooSmall}`] : []),
  ];
}

function claimTemplates({ spec }: KubernetesObject, allowed: Allowed): string[] {
  const { volumeClaimTemplates = [] } = (spec ?? {}) as {
    volumeClaimTemplates?: readonly { metadata?: { name?: string }; spec?: ClaimSpec }[];
  };
  return volumeClaimTemplates.flatMap(({ metadata, spec: template }) =>
    claim(template ?? {}, allowed, `its claim ${metadata?.name ?? ''}`),
  );
}

function service({ spec }: KubernetesObject, { loadBalancers }: Allowed): string[] {
  const { type } = (spec ?? {}) as { type?: string };
  return type === 'LoadBalancer' && !loadBalancers ? ['it is a load balancer, and the tier has none'] : [];
}

interface IngressSpec {
  readonly ingressClassName?: string;
  readonly rules?: readonly { readonly host?: string }[];
}

function ingress({ spec }: KubernetesObject, allowed: Allowed): string[] {
  if (!allowed.ingress) return [];
  const { classes, domains } = allowed.ingress;
  const { ingressClassName = '', rules = [] } = (spec ?? {}) as IngressSpec;
  const foreign = rules.map(({ host = '' }) => host).filter((host) => !domains.some((domain) => isBelow(host, domain)));
  return [
    ...(classes.includes(ingressClassName)
      ? []
      : [`it has the ingress class ${ingressClassName || '(none)'}, ${allowedText(classes)}`]),
    ...foreign.map((host) => `its host ${host || '(any)'} is not below ${domains[0] ?? ''}`),
  ];
}

function isBelow(host: string, domain: string): boolean {
  return host === domain || host.endsWith(`.${domain}`);
}
