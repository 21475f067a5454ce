import type { KubernetesObject } from '../workspace/kubernetes-object.ts';
import { tenantLabel } from '../workspace/names.ts';
import { type Fields, isFields, mapFields, withItems } from './fields.ts';
import { kindOf } from './named.ts';
import { type Change, type Mapping, namespaceIn } from './place.ts';

/** The API server sets it on every namespace. */
const namespaceNameLabel = 'kubernetes.io/metadata.name';

/**
 * The object with the names by which Kubernetes itself refers to namespaces and tenants changed: subjects of bindings, selectors
 * of namespaces in network policies, hosts below the domain that the platform gives out, nodes kept for the tenant. Names in texts
 * of the application (DNS names in settings) are not touched: nobody knows which text is a name; `findings` lists them.
 */
export function withNewNames(object: KubernetesObject, mapping: Mapping): KubernetesObject {
  const change = Object.hasOwn(changes, kindOf(object)) ? changes[kindOf(object)] : undefined;
  const changed = change === undefined ? object : change(object, mapping);
  return mapping.tenantId === undefined ? changed : withTenant(changed, mapping.tenantId);
}

const changes: Readonly<Record<string, (object: KubernetesObject, mapping: Mapping) => KubernetesObject>> = {
  'RoleBinding.rbac.authorization.k8s.io': withSubjects,
  'ClusterRoleBinding.rbac.authorization.k8s.io': withSubjects,
  'NetworkPolicy.networking.k8s.io': withSelectors,
  'Ingress.networking.k8s.io': withHosts,
};

function withSubjects(object: KubernetesObject, mapping: Mapping): KubernetesObject {
  return withItems(object, 'subjects', (subject) => newSubject(subject, mapping)) as KubernetesObject;
}

/** https://kubernetes.io/docs/reference/access-authn-authz/rbac/#referring-to-subjects */
function newSubject(subject: Fields, mapping: Mapping): Fields {
  const { kind, name, namespace } = subject;
  if (kind === 'ServiceAccount' && typeof namespace === 'string')
    return { ...subject, namespace: namespaceIn(mapping, namespace) };
  if (typeof name !== 'string') return subject;
  const group = name.match(/^system:serviceaccounts:([^:]+)$/);
  if (kind === 'Group' && group?.[1] !== undefined)
    return { ...subject, name: `system:serviceaccounts:${namespaceIn(mapping, group[1])}` };
  const user = name.match(/^system:serviceaccount:([^:]+):(.+)$/);
  if (kind === 'User' && user?.[1] !== undefined)
    return { ...subject, name: `system:serviceaccount:${namespaceIn(mapping, user[1])}:${user[2]}` };
  const { tenantId } = mapping;
  const own = tenantId !== undefined && kind === 'Group' && name.startsWith(`tenant:${tenantId.from}:`);
  return own ? { ...subject, name: `tenant:${tenantId.to}:${name.slice(`tenant:${tenantId.from}:`.length)}` } : subject;
}

/** In peers of network policies, wherever a selector of namespaces stands. */
function withSelectors(object: KubernetesObject, mapping: Mapping): KubernetesObject {
  return mapFields(object, (fields) => {
    const selector = fields['namespaceSelector'];
    if (!isFields(selector)) return fields;
    const { matchLabels } = selector;
    const name = isFields(matchLabels) ? matchLabels[namespaceNameLabel] : undefined;
    const named = isFields(matchLabels) && typeof name === 'string';
    const renamed = named
      ? { ...selector, matchLabels: { ...matchLabels, [namespaceNameLabel]: namespaceIn(mapping, name) } }
      : selector;
    return {
      ...fields,
      namespaceSelector: withItems(renamed, 'matchExpressions', (each) => newExpression(each, mapping)),
    };
  }) as KubernetesObject;
}

function newExpression(expression: Fields, mapping: Mapping): Fields {
  const { key, values } = expression;
  if (key !== namespaceNameLabel || !Array.isArray(values)) return expression;
  // Several namespaces may have become one.
  return { ...expression, values: [...new Set(values.map((value) => namespaceIn(mapping, String(value))))] };
}

/** Hosts are the tenant's domain and names below it: admission refuses all others. */
function withHosts(object: KubernetesObject, { ingressDomain }: Mapping): KubernetesObject {
  if (ingressDomain === undefined) return object;
  return mapFields(object, (fields) => ({
    ...fields,
    ...(typeof fields['host'] === 'string' && { host: newHost(fields['host'], ingressDomain) }),
    ...(Array.isArray(fields['hosts']) && {
      hosts: fields['hosts'].map((host) => newHost(String(host), ingressDomain)),
    }),
  })) as KubernetesObject;
}

/** The host below the other domain; one that is not below the first stays. */
export function newHost(host: string, { from, to }: Change): string {
  if (host === from) return to;
  return host.endsWith(`.${from}`) ? `${host.slice(0, -from.length)}${to}` : host;
}

/** Another id of the tenant: on selectors of namespaces and nodes, and on tolerations of its taint. */
function withTenant(object: KubernetesObject, { from, to }: Change): KubernetesObject {
  const { metadata, ...rest } = object;
  const changed = mapFields(rest, (fields) => ({
    ...fields,
    ...(fields[tenantLabel] === from && { [tenantLabel]: to }),
    ...(fields['key'] === tenantLabel && fields['value'] === from && { value: to }),
    ...(fields['key'] === tenantLabel &&
      Array.isArray(fields['values']) && { values: fields['values'].map((each) => (each === from ? to : each)) }),
  })) as Omit<KubernetesObject, 'metadata'>;
  return { ...changed, metadata } as KubernetesObject;
}
