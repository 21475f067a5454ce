import { createHash } from 'node:crypto';
import { vclusterClusterRoles } from '../vcluster/cluster-roles.ts';
import { probePolicy } from './admission/protection.ts';
import { admissionPolicies } from './admission-policies.ts';
import { clusterRoles } from './cluster-roles.ts';
import type { KubernetesObject } from './kubernetes-object.ts';
import { lifeClusterRoles } from './life-access.ts';
import { baselineVersionLabel, managedBy, managedByLabel } from './names.ts';
import { platformAccess } from './platform-access.ts';
import { priorityClasses } from './priority-classes.ts';
import { storageClasses } from './storage-classes.ts';

/**
 * What every shared cluster has once, before the first tenant: the cluster roles of tenants and of
 * virtual clusters, priority classes, storage and the admission pack. Each object is labelled with the version, so that one list tells whether a cluster is up to date.
 */
export function clusterBaseline(): KubernetesObject[] {
  return contents().map((object) => ({
    ...(object.metadata.name === probePolicy ? sayingVersion(object) : object),
    metadata: {
      ...object.metadata,
      labels: { [managedByLabel]: managedBy, [baselineVersionLabel]: baselineVersion() },
    },
  }));
}

function sayingVersion(object: KubernetesObject): KubernetesObject {
  if (object.kind !== 'ValidatingAdmissionPolicy') return object;
  const spec = object.spec as { validations: { message: string }[] };
  const validations = spec.validations.map((validation) => ({
    ...validation,
    message: `${validation.message} Baseline ${baselineVersion()}.`,
  }));
  return { ...object, spec: { ...spec, validations } };
}

/** Twelve hexadecimal digits over the content: any change of the baseline is a new version, and nobody has to remember to count. */
export function baselineVersion(): string {
  version ??= createHash('sha256').update(JSON.stringify(contents())).digest('hex').slice(0, 12);
  return version;
}

let version: string | undefined;

function contents(): KubernetesObject[] {
  return [
    ...clusterRoles(),
    ...vclusterClusterRoles(),
    ...lifeClusterRoles(),
    ...platformAccess(),
    ...priorityClasses(),
    ...storageClasses(),
    ...admissionPolicies(),
  ];
}
