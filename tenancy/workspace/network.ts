import type { KubernetesObject } from './kubernetes-object.ts';
import { tenantLabel } from './names.ts';
import type { WorkspaceNumbers } from './numbers.ts';

/**
 * Addresses that are no tenant's business: the VPC and its neighbours (RFC 1918, and RFC 6598, which EKS uses for pods),
 * loopback, and link-local with the instance metadata service, which would hand out the node's role.
 */
export const protectedIpv4Ranges = [
  '10.0.0.0/8',
  '172.16.0.0/12',
  '192.168.0.0/16',
  '100.64.0.0/10',
  '127.0.0.0/8',
  '169.254.0.0/16',
] as const;

/**
 * The same for IPv6: unique local (with fd00:ec2::254, instance metadata), link-local and loopback, and NAT64, through
 * which the private IPv4 addresses could be reached under another name.
 */
export const protectedIpv6Ranges = ['fc00::/7', 'fe80::/10', '::1/128', '64:ff9b::/96'] as const;

/** Where the EKS Pod Identity agent listens on every node. https://docs.aws.amazon.com/eks/latest/userguide/pod-id-how-it-works.html */
const podIdentityAgent = ['169.254.170.23/32', 'fd00:ec2::23/128'] as const;

/**
 * The network policies of a namespace: everything closed, then only what a tenant needs.
 * https://kubernetes.io/docs/concepts/services-networking/network-policies/
 */
export function networkPolicies(tenantId: string, numbers: WorkspaceNumbers): KubernetesObject[] {
  const sameTenant = [{ namespaceSelector: { matchLabels: { [tenantLabel]: tenantId } } }];
  return [
    policy('default-deny', { policyTypes: ['Ingress', 'Egress'] }),
    // UDP alone breaks answers over 512 bytes, which come over TCP.
    policy('allow-dns', {
      policyTypes: ['Egress'],
      egress: [{ to: [clusterDns, ...autoModeDns], ports: [port('UDP', 53), port('TCP', 53)] }],
    }),
    // By the namespace's label, which tenants cannot set, never by labels of pods, which they can.
    policy('allow-same-tenant', {
      policyTypes: ['Ingress', 'Egress'],
      ingress: [{ from: sameTenant }],
      egress: [{ to: sameTenant }],
    }),
    policy('allow-pod-identity', {
      policyTypes: ['Egress'],
      egress: [{ to: podIdentityAgent.map((cidr) => ({ ipBlock: { cidr } })), ports: [port('TCP', 80)] }],
    }),
    ...platformIngress(numbers),
    ...internetEgress(numbers),
  ];
}

const clusterDns = {
  namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'kube-system' } },
  podSelector: { matchLabels: { 'k8s-app': 'kube-dns' } },
};

/**
 * In Auto Mode the nodes answer for DNS themselves: there are no pods to select, only the address, the tenth of the range of Services,
 * which EKS takes from these two unless it is told another. https://github.com/aws/containers-roadmap/issues/2552
 */
const autoModeDns = ['10.100.0.10/32', '172.20.0.10/32'].map((cidr) => ({ ipBlock: { cidr } }));

function platformIngress({ platformNamespaces }: WorkspaceNumbers): KubernetesObject[] {
  if (platformNamespaces.length === 0) return [];
  const from = platformNamespaces.map((name) => ({
    namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': name } },
  }));
  return [policy('allow-platform-ingress', { policyTypes: ['Ingress'], ingress: [{ from }] })];
}

function internetEgress({ internetEgress: allowed }: WorkspaceNumbers): KubernetesObject[] {
  if (!allowed) return [];
  const to = [
    { ipBlock: { cidr: '0.0.0.0/0', except: [...protectedIpv4Ranges] } },
    { ipBlock: { cidr: '::/0', except: [...protectedIpv6Ranges] } },
  ];
  return [policy('allow-internet-egress', { policyTypes: ['Egress'], egress: [{ to }] })];
}

function port(protocol: 'TCP' | 'UDP', number: number) {
  return { protocol, port: number };
}

function policy(name: string, spec: Record<string, unknown>): KubernetesObject {
  return {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'NetworkPolicy',
    metadata: { name },
    spec: { podSelector: {}, ...spec },
  };
}
