import type { KubernetesObject } from '../workspace/kubernetes-object.ts';
import { type Fields, isFields, withItems, without, withoutItems } from './fields.ts';

/** Filled in by scheduler and admission; ephemeral containers cannot be set when a pod is made. */
const filledIn = ['nodeName', 'priority', 'preemptionPolicy', 'overhead', 'serviceAccount', 'ephemeralContainers'];

/** Volumes that admission adds: the API token, and the token of EKS Pod Identity or IRSA. */
const injectedVolume = /^(kube-api-access-[a-z0-9]{5}|eks-pod-identity-token|aws-iam-token)$/;

/** What the webhooks of EKS set in every container. https://docs.aws.amazon.com/eks/latest/userguide/pod-id-how-it-works.html */
const injectedEnvironment = new Set([
  'AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE',
  'AWS_CONTAINER_CREDENTIALS_FULL_URI',
  'AWS_STS_REGIONAL_ENDPOINTS',
  'AWS_WEB_IDENTITY_TOKEN_FILE',
]);

/** Every pod gets them. https://kubernetes.io/docs/concepts/scheduling-eviction/taint-and-toleration/#taint-based-evictions */
const defaultTolerations = ['node.kubernetes.io/not-ready', 'node.kubernetes.io/unreachable'];

/**
 * A pod that nobody keeps, as its maker wrote it. Most of a pod cannot be changed, so whatever admission would add again is
 * taken out: else the second transfer would try to change it.
 */
export function portablePod(object: KubernetesObject): KubernetesObject {
  if (!isFields(object.spec)) return object;
  const spec = withItems(without(object.spec, ...filledIn), 'containers', container);
  const bare = withoutItems(withItems(spec, 'initContainers', container), 'volumes', isInjectedVolume);
  return { ...object, spec: withoutItems(bare, 'tolerations', isDefault) };
}

function container(fields: Fields): Fields {
  const bare = withoutItems(fields, 'volumeMounts', isInjectedVolume);
  return withoutItems(bare, 'env', ({ name }) => injectedEnvironment.has(String(name)));
}

/** A volume, or a mount of one. */
function isInjectedVolume({ name }: Fields): boolean {
  return injectedVolume.test(String(name));
}

function isDefault({ key, operator, effect, tolerationSeconds }: Fields): boolean {
  return (
    defaultTolerations.includes(String(key)) &&
    operator === 'Exists' &&
    effect === 'NoExecute' &&
    tolerationSeconds === 300
  );
}
