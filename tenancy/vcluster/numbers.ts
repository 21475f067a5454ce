import type { WorkspaceNumbers } from '../workspace/numbers.ts';
import { largerOf, smallerOf, sumOf } from '../workspace/quantities.ts';
import type { VclusterFacts } from './facts.ts';
import { vclusterVersion } from './names.ts';
import { imageName, vclusterImages } from './settings.ts';
import { coreDnsResources } from './values.ts';

/** What the control plane and CoreDNS need beside their stated requests: scratch space, which LimitRange would else give them. */
const controlPlaneScratch = { request: '1Gi', limit: '4Gi' };

/** The smallest container that vcluster itself runs. */
const smallestContainer = { cpu: '20m', memory: '64Mi' };

/**
 * The numbers of the host namespace: the tier's for the tenant, and on top what its control plane and CoreDNS need, so that
 * a tenant has in a virtual cluster what it would have in a namespace. Kinds that the syncer does not write are counted
 * down to what the platform itself has there.
 */
export function hostNumbers(facts: Pick<VclusterFacts, 'numbers' | 'settings'>): WorkspaceNumbers {
  const { numbers, settings } = facts;
  const images = vclusterImages(settings, vclusterVersion);
  const ours = [`${imageName(images.controlPlane)}`, `${imageName(images.kubernetes)}`, images.coreDns];
  return {
    ...numbers,
    compute: compute(facts),
    objects: objects(numbers),
    limits: limits(facts),
    storageClasses: [...new Set([...numbers.storageClasses, settings.storage.class])],
    // The policy compares by prefix: a whole image admits itself.
    imageRegistries: [...numbers.imageRegistries, ...ours],
    // The control plane's own Service is a load balancer's; how many others there may be is the quota's matter.
    loadBalancers: true,
  };
}

function compute({ numbers, settings }: Pick<VclusterFacts, 'numbers' | 'settings'>): WorkspaceNumbers['compute'] {
  const { compute: tier, limits: range } = numbers;
  const { requests, limits: most, storage } = settings;
  const dns = coreDnsResources;
  const scratch = range.container;
  return {
    'requests.cpu': sumOf(tier['requests.cpu'], requests.cpu, dns.requests.cpu),
    'requests.memory': sumOf(tier['requests.memory'], requests.memory, dns.requests.memory),
    'requests.ephemeral-storage': sumOf(
      tier['requests.ephemeral-storage'],
      controlPlaneScratch.request,
      scratch.defaultRequest['ephemeral-storage'],
    ),
    'requests.storage': sumOf(tier['requests.storage'], storage.size),
    'limits.cpu': sumOf(tier['limits.cpu'], most.cpu, dns.limits.cpu),
    'limits.memory': sumOf(tier['limits.memory'], most.memory, dns.limits.memory),
    'limits.ephemeral-storage': sumOf(
      tier['limits.ephemeral-storage'],
      controlPlaneScratch.limit,
      scratch.default['ephemeral-storage'],
    ),
  };
}

function objects({ objects: tier, loadBalancers }: WorkspaceNumbers): WorkspaceNumbers['objects'] {
  const pods = tier.pods + 2; // the control plane and CoreDNS
  return {
    pods,
    services: tier.services + 3, // the API, its headless twin, and the DNS of the virtual cluster
    'services.loadbalancers': (loadBalancers ? tier['services.loadbalancers'] : 0) + 1,
    secrets: tier.secrets + 3 + pods, // configuration, certificates, kubeconfig; and the tokens of each pod
    configmaps: tier.configmaps + 1 + pods, // CoreDNS; and the root certificate for the pods of each virtual namespace
    persistentvolumeclaims: tier.persistentvolumeclaims + 1,
    replicationcontrollers: 0,
    'count/serviceaccounts': 3,
    'count/deployments.apps': 0,
    'count/replicasets.apps': 0,
    'count/statefulsets.apps': 1,
    'count/jobs.batch': 0,
    'count/cronjobs.batch': 0,
    'count/horizontalpodautoscalers.autoscaling': 0,
    'count/poddisruptionbudgets.policy': 0,
    'count/ingresses.networking.k8s.io': 0,
    'count/networkpolicies.networking.k8s.io': 20,
    'count/roles.rbac.authorization.k8s.io': 0,
    'count/rolebindings.rbac.authorization.k8s.io': 4, // the control plane's two; and those by which the platform suspends and exports
    'count/leases.coordination.k8s.io': 0,
  };
}

/** The tier's bounds, widened as far as the control plane's own containers and claim need it. */
function limits({ numbers, settings }: Pick<VclusterFacts, 'numbers' | 'settings'>): WorkspaceNumbers['limits'] {
  const { container, pod, persistentVolumeClaim: claim } = numbers.limits;
  const most = settings.limits;
  const widened = ({ cpu, memory }: { cpu: string; memory: string }) => ({
    cpu: largerOf(cpu, most.cpu),
    memory: largerOf(memory, most.memory),
  });
  return {
    container: {
      ...container,
      max: widened(container.max),
      min: {
        cpu: smallerOf(container.min.cpu, smallestContainer.cpu),
        memory: smallerOf(container.min.memory, smallestContainer.memory),
      },
    },
    pod: { max: widened(pod.max) },
    persistentVolumeClaim: {
      min: smallerOf(claim.min, settings.storage.size),
      max: largerOf(claim.max, settings.storage.size),
    },
  };
}
