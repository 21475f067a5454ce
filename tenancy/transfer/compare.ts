import type { KubernetesObject } from '../workspace/kubernetes-object.ts';
import { isFields } from './fields.ts';
import { kindOf, nameOf } from './named.ts';
import { sameNames } from './place.ts';
import { portable } from './portable.ts';
import { whyLeft } from './whose.ts';

export interface KindCount {
  readonly source: number;
  readonly target: number;
}

/** What the target lacks of what it should have. Names and paths only, never values. */
export interface Comparison {
  /** Objects by kind: of the source's, and how many of those the target has. */
  readonly counts: Readonly<Record<string, KindCount>>;
  readonly missing: readonly string[];
  readonly different: readonly { readonly object: string; readonly paths: readonly string[] }[];
  /** Transferred once, and not in the source any more. */
  readonly extra: readonly string[];
}

/** Whether the target has all of it, and nothing that the source has lost since. */
export function isSame({ missing, different, extra }: Comparison): boolean {
  return missing.length + different.length + extra.length === 0;
}

export interface Wanted {
  /** Portable, under the names of the target. */
  readonly objects: readonly KubernetesObject[];
  /** Names of workloads whose replicas an autoscaler of the tenant sets: they change by themselves. */
  readonly scaled: ReadonlySet<string>;
  /** Names of the source's objects that are to be made later: where one is there already, it is not too many. */
  readonly later?: ReadonlySet<string>;
}

/** The manager that an object which was transferred carries. */
export const transferManager = 'tenantry-transfer';

/** Compares what should be there with what is: `live` are the target's objects as the API server returned them. */
export function compareObjects(wantedObjects: Wanted, live: readonly KubernetesObject[]): Comparison {
  const { objects, scaled } = wantedObjects;
  const byName = new Map(live.map((object) => [nameOf(object), object]));
  const counts: Record<string, { source: number; target: number }> = {};
  const missing: string[] = [];
  const different: { object: string; paths: string[] }[] = [];
  for (const wanted of objects) {
    const name = nameOf(wanted);
    const count = counts[kindOf(wanted)] ?? { source: 0, target: 0 };
    counts[kindOf(wanted)] = count;
    count.source += 1;
    const found = byName.get(name);
    if (found === undefined) {
      missing.push(name);
      continue;
    }
    count.target += 1;
    const paths = differingPaths(wanted, found, scaled.has(name));
    if (paths.length > 0) different.push({ object: name, paths });
  }
  return { counts, missing, different, extra: extraAmong(wantedObjects, live).map(nameOf) };
}

/** The objects that were transferred once and that the source has no more. A namespace in which others made something is not. */
export function extraAmong({ objects, later }: Wanted, live: readonly KubernetesObject[]): KubernetesObject[] {
  const known = new Set(objects.map(nameOf));
  const isKnown = (object: KubernetesObject) => known.has(nameOf(object)) || later?.has(nameOf(object)) === true;
  const own = live.filter((object) => whyLeft(object) === undefined);
  const shared = new Set(own.filter((each) => !isTransferred(each)).map(({ metadata }) => metadata.namespace));
  return own.filter((object) => {
    if (isKnown(object) || !isTransferred(object) || runOnce.includes(kindOf(object))) return false;
    return object.kind !== 'Namespace' || !shared.has(object.metadata.name);
  });
}

/** What runs once goes from the source by itself, with its end. */
const runOnce: readonly string[] = ['Job.batch', 'Pod'];

function isTransferred({ metadata }: KubernetesObject): boolean {
  const { managedFields = [] } = metadata as { managedFields?: readonly { readonly manager?: string }[] };
  return managedFields.some(({ manager }) => manager === transferManager);
}

/**
 * Paths in which the live object does not say what is wanted. In `spec`, and in annotations, more may be there than is wanted: an
 * API server that is newer fills in defaults that the source's did not know, and controllers write annotations. Whatever is the tenant's word for word
 * (data, rules, subjects, labels) has to be the same both ways. Lists are equal in length and order.
 */
export function differingPaths(wanted: KubernetesObject, live: KubernetesObject, isScaled = false): string[] {
  const found = portable(live, sameNames);
  const { apiVersion: _, kind: __, metadata, spec, ...content } = wanted;
  const { apiVersion: ___, kind: ____, metadata: liveMetadata, spec: liveSpec, ...liveContent } = found;
  const exactLabels = wanted.kind !== 'Namespace';
  return [
    ...uncovered(spec, liveSpec, 'spec', false).filter((path) => !(isScaled && path === 'spec.replicas')),
    ...uncovered(metadata.annotations, liveMetadata.annotations, 'metadata.annotations', false),
    ...uncovered(metadata.labels, liveMetadata.labels, 'metadata.labels', exactLabels),
    ...[...new Set([...Object.keys(content), ...Object.keys(liveContent)])].flatMap((key) =>
      uncovered(content[key], liveContent[key], key, hasNoDefaults(wanted)),
    ),
  ];
}

/** Kinds whose fields beside `spec` no API server fills in; a custom resource may have defaults anywhere. */
function hasNoDefaults({ apiVersion, kind }: KubernetesObject): boolean {
  return (
    ['ConfigMap', 'Secret', 'ServiceAccount'].includes(kind) || apiVersion.startsWith('rbac.authorization.k8s.io/')
  );
}

function uncovered(wanted: unknown, live: unknown, path: string, exact: boolean): string[] {
  if (Array.isArray(wanted)) {
    if (!Array.isArray(live)) return wanted.length === 0 && live === undefined ? [] : [path];
    if (live.length !== wanted.length) return [path];
    return wanted.flatMap((item, index) => uncovered(item, live[index], `${path}[${index}]`, exact));
  }
  if (isFields(wanted)) {
    const fields = isFields(live) ? live : {};
    if (live !== undefined && !isFields(live)) return [path];
    if (live === undefined && Object.keys(wanted).length > 0 && Object.values(wanted).every(isEmpty)) return [];
    const keys = exact ? [...new Set([...Object.keys(wanted), ...Object.keys(fields)])] : Object.keys(wanted);
    return keys.flatMap((key) => uncovered(wanted[key], fields[key], `${path}.${key}`, exact));
  }
  if (wanted === undefined) return exact && !isEmpty(live) ? [path] : [];
  return wanted === live || (wanted === null && live === undefined) ? [] : [path];
}

/** The API server leaves such values out of what it returns, or fills them in; both mean the same. */
function isEmpty(value: unknown): boolean {
  if (value === undefined || value === null || value === '') return true;
  return typeof value === 'object' && Object.keys(value).length === 0;
}
