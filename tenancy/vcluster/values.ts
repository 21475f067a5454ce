import { managedByLabel } from '../workspace/names.ts';
import { type NodePlacement, nodePlacement } from '../workspace/node-pools.ts';
import { sharedLabels, type VclusterFacts, vclusterLabels } from './facts.ts';
import { vclusterVersion } from './names.ts';
import { type Image, vclusterImages } from './settings.ts';

/** Rootless, and no more than the Pod Security Standard `restricted` allows. 12345 is the user of vcluster's rootless mode. */
const user = 12_345;
const restrictedPod = {
  fsGroup: user,
  runAsNonRoot: true,
  runAsUser: user,
  runAsGroup: user,
  seccompProfile: { type: 'RuntimeDefault' },
};
export const restrictedContainer = {
  allowPrivilegeEscalation: false,
  capabilities: { drop: ['ALL'] },
  runAsNonRoot: true,
  runAsUser: user,
  runAsGroup: user,
};

/**
 * vcluster's configuration of one virtual cluster, whole: inside the cluster it is not merged with the chart's defaults, what
 * is missing is off. The same tree are the values for the official chart, of which the manifests are the rendering.
 * https://www.vcluster.com/docs/vcluster/configure/vcluster-yaml/
 */
export function vclusterValues(facts: VclusterFacts) {
  return {
    sync: { toHost: toHostOf(facts), fromHost: fromHostOf(facts) },
    controlPlane: controlPlane(facts),
    // The rights come from one cluster role that a role binding in the namespace refers to, see cluster-roles.ts.
    rbac: {
      role: { enabled: false },
      clusterRole: { enabled: false },
      enableVolumeSnapshotRules: { enabled: false },
    },
    networking: {
      advanced: { clusterDomain: 'cluster.local', proxyKubelets: { byHostname: false, byIP: false } },
    },
    // Says to the tenant at once what the host would refuse only when the pod is synced.
    policies: { podSecurityStandard: 'restricted', resourceQuota: off, limitRange: off, networkPolicy: off },
    experimental: { syncSettings: { setOwner: true } },
    telemetry: off,
    logging: { encoding: 'json' },
  };
}

const on = { enabled: true };
const off = { enabled: false };

/**
 * What becomes an object of the host. Endpoints do not: a tenant could point a Service of the host at anybody's address
 * (CVE-2021-25740). Tokens go into secrets, else they would stand in annotations of the host's pods. Without `rewriteHosts`
 * a pod with a subdomain finds its own full name by DNS, not in /etc/hosts: the container that would write it cannot be
 * told to pull its image anew, which the host demands.
 */
const toHost = {
  services: on,
  endpoints: off,
  endpointSlices: off,
  persistentVolumeClaims: on,
  configMaps: on,
  secrets: on,
  pods: { ...on, useSecretsForSATokens: true, rewriteHosts: off },
  ingresses: off,
  priorityClasses: off,
  networkPolicies: off,
  volumeSnapshots: off,
  volumeSnapshotContents: off,
  podDisruptionBudgets: off,
  serviceAccounts: off,
  storageClasses: off,
  persistentVolumes: off,
  namespaces: off,
};

/** What is shown of the host: events of the tenant's own objects, and nothing that other tenants share. */
const fromHost = {
  events: on,
  nodes: off,
  csiDrivers: off,
  csiNodes: off,
  csiStorageCapacities: off,
  storageClasses: off,
  ingressClasses: off,
  runtimeClasses: off,
  priorityClasses: off,
  configMaps: off,
  secrets: off,
  volumeSnapshotClasses: off,
};

/** Where a tier has nodes of its own, the syncer brings every pod there, whatever the tenant wrote or left out. */
function toHostOf(facts: VclusterFacts) {
  const placement = placementOf(facts);
  if (placement === undefined) return toHost;
  const enforceTolerations = placement.tolerations.map(({ key, value, effect }) => `${key}=${value}:${effect}`);
  return { ...toHost, pods: { ...toHost.pods, enforceTolerations } };
}

/** The syncer writes these labels into the nodeSelector of pods, though no node is shown. */
function fromHostOf(facts: VclusterFacts) {
  const placement = placementOf(facts);
  if (placement === undefined) return fromHost;
  return { ...fromHost, nodes: { ...off, selector: { labels: placement.nodeSelector } } };
}

function schedulingOf(facts: VclusterFacts): Partial<NodePlacement> {
  return placementOf(facts) ?? {};
}

function placementOf({ workspace, numbers }: VclusterFacts): NodePlacement | undefined {
  return numbers.nodePool === undefined ? undefined : nodePlacement(workspace.tier);
}

function controlPlane(facts: VclusterFacts) {
  const { workspace, settings, host } = facts;
  const images = vclusterImages(settings, vclusterVersion);
  return {
    distro: {
      k8s: {
        enabled: true,
        image: images.kubernetes,
        imagePullPolicy: 'Always',
        // Every pod gets imagePullPolicy Always, which the host demands, CoreDNS included.
        apiServer: { enabled: true, extraArgs: ['--enable-admission-plugins=AlwaysPullImages'] },
        controllerManager: on,
        securityContext: restrictedContainer,
        resources: { limits: { cpu: '100m', memory: '256Mi' }, requests: { cpu: '40m', memory: '64Mi' } },
      },
    },
    // SQLite on the claim. Embedded etcd is not part of the open-source build, and an etcd beside it would double the pods of
    // every tenant; one replica on a volume that survives it is what a shared cluster's tenant gets.
    backingStore: { database: { embedded: on } },
    proxy: { bindAddress: '0.0.0.0', port: 8443 },
    coredns: coreDns(images.coreDns),
    service: service(workspace, settings, host),
    statefulSet: statefulSet(facts, images.controlPlane),
    advanced: { serviceAccount: on, workloadServiceAccount: on },
  };
}

function coreDns(image: string) {
  return {
    enabled: true,
    security: { podSecurityContext: { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } } },
    service: { spec: { type: 'ClusterIP' } },
    deployment: { image, replicas: 1, resources: coreDnsResources, topologySpreadConstraints: [] },
  };
}

export const coreDnsResources = { limits: { cpu: '200m', memory: '170Mi' }, requests: { cpu: '20m', memory: '64Mi' } };

function service(
  workspace: VclusterFacts['workspace'],
  { scheme, apiClients }: VclusterFacts['settings'],
  host: VclusterFacts['host'],
) {
  return {
    enabled: true,
    labels: sharedLabels(workspace),
    annotations: {
      'service.beta.kubernetes.io/aws-load-balancer-scheme': scheme,
      'service.beta.kubernetes.io/aws-load-balancer-nlb-target-type': 'ip',
      // Said here, vcluster does not find it out by making Services until one is refused, and does not write to this one.
      'vcluster.loft.sh/service-cidr': host.serviceCidr,
    },
    spec: {
      type: 'LoadBalancer',
      // https://docs.aws.amazon.com/eks/latest/userguide/auto-configure-nlb.html
      loadBalancerClass: 'eks.amazonaws.com/nlb',
      allocateLoadBalancerNodePorts: false,
      loadBalancerSourceRanges: apiClients,
    },
  };
}

function statefulSet(facts: VclusterFacts, image: Image) {
  const { workspace, settings } = facts;
  const { storage, requests, limits } = settings;
  const labels = vclusterLabels(workspace);
  const { [managedByLabel]: _manager, ...podLabels } = labels;
  const probe = { enabled: true, timeoutSeconds: 3, periodSeconds: 2, failureThreshold: 60 };
  return {
    labels,
    pods: { labels: podLabels },
    image,
    imagePullPolicy: 'Always',
    resources: {
      requests: { ...requests, 'ephemeral-storage': '1Gi' },
      limits: { ...limits, 'ephemeral-storage': '4Gi' },
    },
    highAvailability: { replicas: 1, leaseDuration: 60, renewDeadline: 40, retryPeriod: 15 },
    security: { podSecurityContext: restrictedPod, containerSecurityContext: restrictedContainer },
    persistence: {
      volumeClaim: {
        enabled: true,
        // A StatefulSet that is deleted by mistake keeps its data; a release deletes the claim by name.
        retentionPolicy: 'Retain',
        size: storage.size,
        storageClass: storage.class,
        accessModes: ['ReadWriteOnce'],
      },
      binariesVolume: [{ name: 'binaries', emptyDir: {} }],
    },
    // Addresses of the tenant's Services in the control plane's environment serve nobody.
    enableServiceLinks: false,
    scheduling: { podManagementPolicy: 'Parallel', ...schedulingOf(facts) },
    probes: {
      livenessProbe: { ...probe, initialDelaySeconds: 60 },
      readinessProbe: probe,
      startupProbe: { ...probe, periodSeconds: 6, failureThreshold: 300 },
    },
  };
}
