import { createHash } from 'node:crypto';
import type { KubernetesObject } from '../workspace/kubernetes-object.ts';
import { syncerClusterRole } from './cluster-roles.ts';
import { sharedLabels, type VclusterFacts, vclusterLabels, vclusterPlace } from './facts.ts';
import { vclusterObjectNames, vclusterVersion } from './names.ts';
import { statefulSetSpec } from './stateful-set.ts';
import { vclusterValues } from './values.ts';

/**
 * The control plane of one virtual cluster: what the official chart of this version renders of {@link vclusterValues}, with
 * the labels of this product. The StatefulSet last: by then all it refers to is there.
 */
export function controlPlaneObjects(facts: VclusterFacts): KubernetesObject[] {
  const place = vclusterPlace(facts.workspace);
  const names = vclusterObjectNames(place.name);
  const values = vclusterValues(facts);
  const config = JSON.stringify(values);
  const chart = chartLabels(place.name);
  const at = (name: string, labels: Record<string, string> = vclusterLabels(facts.workspace)) => ({
    name,
    namespace: place.namespace,
    labels: { ...chart, ...labels },
  });
  const account = (name: string, automountServiceAccountToken: boolean): KubernetesObject => ({
    apiVersion: 'v1',
    kind: 'ServiceAccount',
    metadata: at(name),
    automountServiceAccountToken,
  });
  return [
    account(names.serviceAccount, true),
    // The tenant's pods have nothing to say on the host.
    account(names.workloadServiceAccount, false),
    secret(config, at(names.config)),
    roleBinding(names.serviceAccount, at(names.serviceAccount)),
    apiService(facts, at(place.name, sharedLabels(facts.workspace))),
    headlessService(place.name, at(names.headlessService)),
    {
      apiVersion: 'apps/v1',
      kind: 'StatefulSet',
      metadata: at(place.name),
      spec: statefulSetSpec(place.name, values, sha256(config)),
    },
  ];
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

/** As the chart labels everything; vcluster's own tools find a virtual cluster by them. */
function chartLabels(name: string): Record<string, string> {
  return { app: 'vcluster', chart: `vcluster-${vclusterVersion}`, release: name, heritage: 'tenantry' };
}

/** JSON is YAML. In `data`, not `stringData`: what is written is then what is read back. */
function secret(config: string, metadata: KubernetesObject['metadata']): KubernetesObject {
  const data = { 'config.yaml': Buffer.from(config).toString('base64') };
  return { apiVersion: 'v1', kind: 'Secret', metadata, type: 'Opaque', data };
}

function roleBinding(account: string, metadata: KubernetesObject['metadata']): KubernetesObject {
  const apiGroup = 'rbac.authorization.k8s.io';
  return {
    apiVersion: `${apiGroup}/v1`,
    kind: 'RoleBinding',
    metadata,
    subjects: [{ kind: 'ServiceAccount', name: account, namespace: metadata.namespace }],
    roleRef: { apiGroup, kind: 'ClusterRole', name: syncerClusterRole },
  };
}

const https = { name: 'https', port: 443, targetPort: 8443, protocol: 'TCP' };

/** The way in. It owns all that is synced: when it goes, the host collects the tenant's objects. */
function apiService(facts: VclusterFacts, metadata: KubernetesObject['metadata']): KubernetesObject {
  const { annotations, spec } = vclusterValues(facts).controlPlane.service;
  const labels = { ...metadata.labels, 'vcluster.loft.sh/service': 'true' };
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { ...metadata, labels, annotations },
    spec: { ...spec, ports: [https], selector: { app: 'vcluster', release: metadata.labels?.release } },
  };
}

function headlessService(name: string, metadata: KubernetesObject['metadata']): KubernetesObject {
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata,
    spec: {
      publishNotReadyAddresses: true,
      ports: [https],
      clusterIP: 'None',
      selector: { app: 'vcluster', release: name },
    },
  };
}
