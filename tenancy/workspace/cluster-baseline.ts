import { createHash } from 'node:crypto';
import { admissionPolicies } from './admission-policies.ts';
import { clusterRoles } from './cluster-roles.ts';
import type { KubernetesObject } from './kubernetes-object.ts';
import { baselineVersionLabel, managedBy, managedByLabel } from './names.ts';
import { priorityClasses } from './priority-classes.ts';

/**
 * What every shared cluster has once, before the first tenant: the tenants' cluster roles, priority classes and the
 * admission pack. Each object is labelled with the version, so that one list tells whether a cluster is up to date.
 */
export function clusterBaseline(): KubernetesObject[] {
  return contents().map((object) => ({
    ...object,
    metadata: {
      ...object.metadata,
      labels: { [managedByLabel]: managedBy, [baselineVersionLabel]: baselineVersion() },
    },
  }));
}

/** Twelve hexadecimal digits over the content: any change of the baseline is a new version, and nobody has to remember to count. */
export function baselineVersion(): string {
  version ??= createHash('sha256').update(JSON.stringify(contents())).digest('hex').slice(0, 12);
  return version;
}

let version: string | undefined;

function contents(): KubernetesObject[] {
  return [...clusterRoles(), ...priorityClasses(), ...admissionPolicies()];
}
