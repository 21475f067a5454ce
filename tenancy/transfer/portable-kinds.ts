import type { KubernetesObject } from '../workspace/kubernetes-object.ts';
import { type Fields, isFields, withItems, without, withoutItems } from './fields.ts';
import { portablePod } from './portable-pod.ts';

type Portable = (object: KubernetesObject) => KubernetesObject;

/** What a cluster fills in, by kind; everything that is not named here is taken as it is. */
export const portableKinds: ReadonlyMap<string, Portable> = new Map<string, Portable>([
  ['Namespace', namespace],
  ['ServiceAccount', serviceAccount],
  ['Service', withSpec(serviceSpec)],
  ['PersistentVolumeClaim', withSpec(claimSpec)],
  ['StatefulSet.apps', withSpec(statefulSetSpec)],
  ['Job.batch', job],
  ['CronJob.batch', withSpec(cronJobSpec)],
  ['Pod', portablePod],
]);

function withSpec(change: (spec: Fields) => Fields): Portable {
  return (object) => (isFields(object.spec) ? { ...object, spec: change(object.spec) } : object);
}

/** The API server sets the label, and removes the finalizer when all is gone. */
function namespace({ spec: _, ...object }: KubernetesObject): KubernetesObject {
  return withoutLabels(object as KubernetesObject, ['kubernetes.io/metadata.name']);
}

/** Secrets of the form `<account>-token-<five>` are those that older clusters made. */
function serviceAccount(object: KubernetesObject): KubernetesObject {
  const { name: account } = object.metadata;
  const made = ({ name }: Fields) =>
    String(name).startsWith(account) && /^-token-[a-z0-9]{5}$/.test(String(name).slice(account.length));
  return withoutItems(object, 'secrets', made) as KubernetesObject;
}

/**
 * Addresses and node ports are the cluster's; `None` is not an address but says that there shall be none. Families are what the
 * cluster has; a policy that wants two stays. https://kubernetes.io/docs/concepts/services-networking/service/
 */
function serviceSpec(spec: Fields): Fields {
  const single = spec['ipFamilyPolicy'] === 'SingleStack' ? ['ipFamilyPolicy'] : [];
  const bare = without(spec, 'clusterIP', 'clusterIPs', 'healthCheckNodePort', 'ipFamilies', ...single);
  const headless = spec['clusterIP'] === 'None' ? { clusterIP: 'None' } : {};
  return withItems({ ...bare, ...headless }, 'ports', (port) => without(port, 'nodePort'));
}

/** The volume is the source's, and so is what it was made from: the data comes another way. */
function claimSpec(spec: Fields): Fields {
  return without(spec, 'volumeName', 'dataSource', 'dataSourceRef');
}

function statefulSetSpec(spec: Fields): Fields {
  return withItems(spec, 'volumeClaimTemplates', (template) => without(template, 'status'));
}

const jobLabels = [
  'controller-uid',
  'job-name',
  'batch.kubernetes.io/controller-uid',
  'batch.kubernetes.io/job-name',
] as const;

/** Selector and labels by the Job's uid are made anew. https://kubernetes.io/docs/concepts/workloads/controllers/job/#specifying-your-own-pod-selector */
function job(object: KubernetesObject): KubernetesObject {
  const { spec } = object;
  if (!isFields(spec) || spec['manualSelector'] === true) return object;
  const template = spec['template'];
  const metadata = isFields(template) && isFields(template['metadata']) ? template['metadata'] : undefined;
  const kept = isFields(template) && metadata ? { ...template, metadata: withoutJobLabels(metadata) } : template;
  return withoutLabels({ ...object, spec: { ...without(spec, 'selector'), template: kept } }, jobLabels);
}

function withoutJobLabels(metadata: Fields): Fields {
  const { labels } = metadata;
  if (!isFields(labels)) return metadata;
  const kept = without(labels, ...jobLabels);
  return Object.keys(kept).length === 0 ? without(metadata, 'labels') : { ...metadata, labels: kept };
}

function cronJobSpec(spec: Fields): Fields {
  const { jobTemplate } = spec;
  return isFields(jobTemplate) ? { ...spec, jobTemplate: without(jobTemplate, 'status') } : spec;
}

function withoutLabels(object: KubernetesObject, names: readonly string[]): KubernetesObject {
  const { labels, ...metadata } = object.metadata;
  if (labels === undefined) return object;
  const kept = without(labels, ...names) as Record<string, string>;
  return { ...object, metadata: Object.keys(kept).length === 0 ? metadata : { ...metadata, labels: kept } };
}
