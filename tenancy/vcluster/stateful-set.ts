import { vclusterObjectNames } from './names.ts';
import { imageName } from './settings.ts';
import type { vclusterValues } from './values.ts';

type Values = ReturnType<typeof vclusterValues>;

/**
 * The StatefulSet of a control plane. `configHash` is an annotation of its pod: a change of the configuration, which the pod
 * reads only when it starts, replaces it.
 */
export function statefulSetSpec(name: string, { controlPlane }: Values, configHash: string) {
  const { statefulSet } = controlPlane;
  const selector = { app: 'vcluster', release: name };
  return {
    selector: { matchLabels: selector },
    persistentVolumeClaimRetentionPolicy: { whenDeleted: statefulSet.persistence.volumeClaim.retentionPolicy },
    serviceName: vclusterObjectNames(name).headlessService,
    podManagementPolicy: statefulSet.scheduling.podManagementPolicy,
    volumeClaimTemplates: [claimTemplate(statefulSet.persistence.volumeClaim)],
    replicas: statefulSet.highAvailability.replicas,
    template: {
      metadata: {
        annotations: { vClusterConfigHash: configHash },
        labels: { ...selector, ...statefulSet.pods.labels },
      },
      spec: podSpec(name, controlPlane),
    },
  };
}

function claimTemplate({
  size,
  storageClass,
  accessModes,
}: Values['controlPlane']['statefulSet']['persistence']['volumeClaim']) {
  return {
    metadata: { name: 'data' },
    spec: { accessModes, storageClassName: storageClass, resources: { requests: { storage: size } } },
  };
}

function podSpec(name: string, controlPlane: Values['controlPlane']) {
  const { statefulSet } = controlPlane;
  const { nodeSelector, tolerations } = statefulSet.scheduling;
  const names = vclusterObjectNames(name);
  return {
    terminationGracePeriodSeconds: 10,
    securityContext: statefulSet.security.podSecurityContext,
    serviceAccountName: names.serviceAccount,
    enableServiceLinks: statefulSet.enableServiceLinks,
    ...(nodeSelector && { nodeSelector }),
    ...(tolerations && { tolerations }),
    volumes: [
      ...['helm-cache', 'binaries', 'tmp', 'certs'].map((each) => ({ name: each, emptyDir: {} })),
      { name: 'vcluster-config', secret: { secretName: names.config } },
    ],
    initContainers: [binaries(controlPlane.distro.k8s)],
    containers: [syncer(name, statefulSet)],
  };
}

/** Copies the API server, controller manager and kine into the volume that the control plane starts them from. */
function binaries({ image, imagePullPolicy, securityContext, resources }: Values['controlPlane']['distro']['k8s']) {
  return {
    name: 'kubernetes',
    image: imageName(image),
    volumeMounts: [{ mountPath: '/binaries', name: 'binaries' }],
    command: ['cp'],
    args: ['-r', '/kubernetes/.', '/binaries/'],
    imagePullPolicy,
    securityContext,
    resources,
  };
}

function syncer(
  name: string,
  { image, imagePullPolicy, security, resources, probes }: Values['controlPlane']['statefulSet'],
) {
  return {
    name: 'syncer',
    image: imageName(image),
    imagePullPolicy,
    livenessProbe: probe('/healthz', probes.livenessProbe),
    readinessProbe: probe('/readyz', probes.readinessProbe),
    startupProbe: probe('/readyz', probes.startupProbe),
    securityContext: security.containerSecurityContext,
    resources,
    env: [
      { name: 'VCLUSTER_NAME', value: name },
      { name: 'LOFT_LOG_ENCODING', value: 'json' },
      ...Object.entries(downward).map(([variable, fieldPath]) => ({
        name: variable,
        valueFrom: { fieldRef: { fieldPath } },
      })),
    ],
    volumeMounts: Object.entries(mounts).map(([volume, mountPath]) => ({ name: volume, mountPath })),
  };
}

const downward = {
  POD_NAME: 'metadata.name',
  POD_IP: 'status.podIP',
  NODE_NAME: 'spec.nodeName',
  NODE_IP: 'status.hostIP',
};

const mounts = {
  data: '/data',
  binaries: '/binaries',
  certs: '/pki',
  'helm-cache': '/.cache/helm',
  'vcluster-config': '/var/lib/vcluster',
  tmp: '/tmp',
};

function probe(path: string, { enabled: _enabled, ...times }: { readonly enabled: boolean }) {
  return { httpGet: { path, port: 8443, scheme: 'HTTPS' }, ...times };
}
