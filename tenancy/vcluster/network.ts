import type { KubernetesObject } from '../workspace/kubernetes-object.ts';
import { networkPolicies } from '../workspace/network.ts';
import { type VclusterFacts, vclusterPlace } from './facts.ts';

/** Where the control plane serves the virtual API, behind port 443 of its Service. */
export const controlPlanePort = 8443;

/**
 * The network policies of the host namespace: a namespace's own (closed, then DNS, the tenant's pods among themselves, which
 * also covers the virtual DNS on 1053, and what the tier allows), and the two that a control plane needs. They select it by the label
 * `release`, which the syncer translates, so that no pod of the tenant can carry it.
 */
export function vclusterNetworkPolicies(facts: VclusterFacts): KubernetesObject[] {
  const { workspace, numbers, settings, host } = facts;
  const { name } = vclusterPlace(workspace);
  const podSelector = { matchLabels: { app: 'vcluster', release: name } };
  const callers = [...new Set([...settings.apiClients, ...settings.networkRanges])];
  return [
    ...networkPolicies(workspace.tenantId, numbers),
    policy('allow-vcluster-api', {
      podSelector,
      policyTypes: ['Ingress'],
      ingress: [{ from: callers.map(ipBlock), ports: [tcp(controlPlanePort)] }],
    }),
    policy('allow-vcluster-host-api', {
      podSelector,
      policyTypes: ['Egress'],
      egress: [{ to: host.apiServer.map(ipBlock), ports: host.apiServerPorts.map(tcp) }],
    }),
  ];
}

function ipBlock(cidr: string) {
  return { ipBlock: { cidr } };
}

function tcp(port: number) {
  return { protocol: 'TCP', port };
}

function policy(name: string, spec: Record<string, unknown>): KubernetesObject {
  return { apiVersion: 'networking.k8s.io/v1', kind: 'NetworkPolicy', metadata: { name }, spec };
}
