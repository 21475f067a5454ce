import { tenantAccess } from '../vcluster/virtual-access.ts';
import { clusterRoles, tenantClusterRole } from '../workspace/cluster-roles.ts';
import type { KubernetesObject } from '../workspace/kubernetes-object.ts';
import { groupOf, nameOf } from './named.ts';
import type { Place } from './place.ts';

/** Something of the tenant's that the target cannot have; nothing is transferred while there is one. */
export interface Obstacle {
  readonly object: string;
  readonly why: string;
}

/**
 * Everything that stands in the way, known before anything is touched: objects that the tenant may not make in such a place,
 * kinds that do not exist there, and two objects that would become one. `own` are as in the source, `moved` the same ones,
 * in the same order, as they would be in the target.
 */
export function obstacles(
  own: readonly KubernetesObject[],
  moved: readonly KubernetesObject[],
  target: Place,
): Obstacle[] {
  return [...own.flatMap((object) => notPossible(object, own, target)), ...collisions(own, moved)];
}

function notPossible(object: KubernetesObject, all: readonly KubernetesObject[], target: Place): Obstacle[] {
  // Namespaces of a virtual cluster become the one there is.
  if (target.kind === 'namespace' && object.kind === 'Namespace') return [];
  const of = (why: string) => [{ object: nameOf(object), why }];
  if (target.kind === 'namespace') {
    if (object.metadata.namespace === undefined)
      return of('it belongs to a whole cluster, and the target is a namespace');
    if (definitionOf(object, all) !== undefined)
      return of('its kind is one that the tenant defined itself, which takes a cluster of its own');
  }
  if (isDefaultAccount(object) && target.kind === 'namespace')
    return of('the account default of the target is the platform’s; give the pods an account of their own');
  return mayMake(object, target) ? [] : of('the tenant may not make such objects in the target');
}

function isDefaultAccount({ kind, metadata }: KubernetesObject): boolean {
  return kind === 'ServiceAccount' && metadata.name === 'default';
}

/** The tenant's own definition of the object's kind. */
function definitionOf(object: KubernetesObject, all: readonly KubernetesObject[]): KubernetesObject | undefined {
  return all.find((each) => {
    if (each.kind !== 'CustomResourceDefinition') return false;
    const { group, names } = each.spec as { group?: string; names?: { kind?: string } };
    return group === groupOf(object) && names?.kind === object.kind;
  });
}

interface Rule {
  readonly apiGroups?: readonly string[];
  readonly resources?: readonly string[];
  readonly verbs: readonly string[];
}

/** By the roles that tenants get: whatever is transferred is written with the tenant's own rights. */
function mayMake(object: KubernetesObject, target: Place): boolean {
  const group = groupOf(object);
  return rulesIn(target).some(
    ({ apiGroups = [], resources = [], verbs }) =>
      verbs.includes('create') &&
      apiGroups.includes(group) &&
      (resources.includes('*') || resources.includes(resourceOf(object.kind))),
  );
}

function rulesIn(target: Place): readonly Rule[] {
  const roles = target.kind === 'namespace' ? clusterRoles() : tenantAccess(target.customApiGroups);
  const admin = roles.find(
    ({ kind, metadata }) => kind === 'ClusterRole' && metadata.name === tenantClusterRole('admin'),
  );
  return (admin?.rules ?? []) as readonly Rule[];
}

/** The plural of Kubernetes' own kinds: `networkpolicies`, `ingresses`, `services`. */
function resourceOf(kind: string): string {
  const name = kind.toLowerCase();
  if (name.endsWith('y')) return `${name.slice(0, -1)}ies`;
  return /(s|x|ch)$/.test(name) ? `${name}es` : `${name}s`;
}

function collisions(own: readonly KubernetesObject[], moved: readonly KubernetesObject[]): Obstacle[] {
  const from = new Map<string, string[]>();
  moved.forEach((object, index) => {
    const before = own[index];
    if (object.kind === 'Namespace' || before === undefined) return;
    from.set(nameOf(object), [...(from.get(nameOf(object)) ?? []), nameOf(before)]);
  });
  return [...from].flatMap(([name, sources]) =>
    sources.length < 2
      ? []
      : [{ object: sources.join(', '), why: `they would all be ${kindless(name)} in the target` }],
  );
}

function kindless(name: string): string {
  return name.slice(name.indexOf(' ') + 1);
}
