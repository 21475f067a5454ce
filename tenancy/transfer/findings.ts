import type { KubernetesObject } from '../workspace/kubernetes-object.ts';
import { kindOf, nameOf } from './named.ts';
import type { Mapping } from './place.ts';

/** Something that a person should look at after the transfer. Holds paths and names, never values: those may be secret. */
export interface Finding {
  readonly object: string;
  readonly what: string;
}

/**
 * What of the objects is not the same in the target although it was transferred: texts that name a namespace which is called
 * otherwise there, addresses that are given out anew, data that has to come another way, ties that name an identity. `objects` are as
 * they are in the source.
 */
export function findings(objects: readonly KubernetesObject[], mapping: Mapping): Finding[] {
  const renamed = Object.entries(mapping.namespaces).flatMap(([from, to]) => (from === to ? [] : [from]));
  return objects.flatMap((object) =>
    [...texts(object, renamed), ...ofKind(object, mapping), ...ownerless(object)].map((what) => ({
      object: nameOf(object),
      what,
    })),
  );
}

/** Where a name of the namespace stands in a text, as a DNS name of a Service there (`web.shop`, `web.shop.svc.cluster.local`) or by itself. */
function texts(object: KubernetesObject, namespaces: readonly string[]): string[] {
  if (namespaces.length === 0) return [];
  const { metadata, apiVersion: _, kind: __, status: ___, ...content } = object;
  const { 'kubectl.kubernetes.io/last-applied-configuration': ____, ...annotations } = metadata.annotations ?? {};
  const places = [...leaves(annotations, 'metadata.annotations'), ...leaves(content, '')];
  return places
    .filter(({ path }) => !isHandled(kindOf(object), path))
    .flatMap(({ path, text }) => {
      const readable = object.kind === 'Secret' && path.startsWith('data.') ? decoded(text) : text;
      const named = namespaces.filter((namespace) => mentions(readable, namespace));
      return named.map((namespace) => `${path} names the namespace ${namespace}`);
    });
}

/** `references.ts` changes these. */
function isHandled(kind: string, path: string): boolean {
  if (kind.endsWith('Binding.rbac.authorization.k8s.io')) return path.startsWith('subjects');
  return kind === 'NetworkPolicy.networking.k8s.io' && path.includes('namespaceSelector');
}

function mentions(text: string, namespace: string): boolean {
  if (text === namespace && namespace !== 'default') return true;
  const escaped = namespace.replaceAll('.', '\\.');
  return new RegExp(`[a-z0-9]\\.${escaped}(\\.svc\\b|(?![a-z0-9.-]))`).test(text);
}

function decoded(base64: string): string {
  return Buffer.from(base64, 'base64').toString();
}

function* leaves(value: unknown, path: string): Generator<{ path: string; text: string }> {
  if (typeof value === 'string') yield { path, text: value };
  if (typeof value !== 'object' || value === null) return;
  for (const [key, each] of Object.entries(value)) {
    const step = Array.isArray(value) ? `${path}[${key}]` : `${path}${path && '.'}${key}`;
    yield* leaves(each, step);
  }
}

function ofKind(object: KubernetesObject, { ingressDomain }: Mapping): string[] {
  const spec = (object.spec ?? {}) as Readonly<Record<string, unknown>>;
  const { annotations = {}, name } = object.metadata;
  switch (kindOf(object)) {
    case 'Service':
      return [
        ...(spec['type'] === 'LoadBalancer' ? ['its load balancer is another one, with another address'] : []),
        ...(spec['type'] === 'NodePort' ? ['its node ports are given out anew'] : []),
      ];
    case 'Ingress.networking.k8s.io':
      return [
        'its load balancer may be another one: DNS has to follow',
        ...(ingressDomain ? [`hosts below ${ingressDomain.from} are below ${ingressDomain.to}`] : []),
      ];
    case 'PersistentVolumeClaim':
      return ['its volume is new and empty: the data has to be brought'];
    case 'ServiceAccount':
      return annotations['eks.amazonaws.com/role-arn'] === undefined
        ? []
        : ['its IAM role trusts the OIDC provider of the source’s cluster'];
    case 'Secret':
      return object['type'] === 'helm.sh/release.v1'
        ? [`Helm's record ${name} names namespace and values of the source`]
        : [];
    default:
      return [];
  }
}

/** A garbage collector goes by uids, and those are others in the target. */
function ownerless({ metadata }: KubernetesObject): string[] {
  return (metadata.ownerReferences ?? []).map(
    ({ kind, name }) => `it was owned by ${String(kind)} ${String(name)}, and is deleted with it no longer`,
  );
}
