import { settings, tenantLabel } from '../names.ts';
import { protectedIpv4Ranges, protectedIpv6Ranges } from '../network.ts';
import {
  type AdmissionRule,
  listLiteral,
  listSetting,
  notThePlatform,
  type ResourceRule,
  setting,
  specChanges,
  tenantOfNamespace,
} from './policy.ts';

const writes = ['CREATE', 'UPDATE'] as const;
const services: readonly ResourceRule[] = [{ apiGroups: [''], resources: ['services'], operations: writes }];
const ingresses: readonly ResourceRule[] = [
  { apiGroups: ['networking.k8s.io'], resources: ['ingresses'], operations: writes },
];
const networkPolicies: readonly ResourceRule[] = [
  { apiGroups: ['networking.k8s.io'], resources: ['networkpolicies'], operations: writes },
];

/** Annotations that the AWS controllers act on; these few change nothing outside the tenant's own load balancer. */
const harmlessLoadBalancerAnnotations = [
  'service.beta.kubernetes.io/aws-load-balancer-type',
  'service.beta.kubernetes.io/aws-load-balancer-scheme',
  'service.beta.kubernetes.io/aws-load-balancer-nlb-target-type',
];
const harmlessIngressAnnotations = ['alb.ingress.kubernetes.io/scheme', 'alb.ingress.kubernetes.io/target-type'];

/** CEL condition as {@link specChanges}, for rules that read annotations too. */
const specOrAnnotationsChange = {
  name: 'spec-or-annotations-change',
  expression: `${specChanges.expression} || object.metadata.?annotations.orValue({}) != oldObject.metadata.?annotations.orValue({})`,
};

/** CEL: annotations with the prefix are among the harmless ones. */
function onlyAnnotations(prefix: string, harmless: readonly string[]): string {
  return `object.metadata.?annotations.orValue({}).all(key, !key.startsWith('${prefix}') || key in ${listLiteral(harmless)})`;
}

/** How traffic may enter, and how tenants may open their own fences. */
export const networkRules: readonly AdmissionRule[] = [
  {
    name: 'tenantry-services',
    resources: services,
    matchConditions: [specOrAnnotationsChange],
    validations: [
      {
        expression: "!(object.spec.?type.orValue('ClusterIP') in ['NodePort', 'ExternalName'])",
        message: 'Services of type NodePort and ExternalName are refused; use ClusterIP.',
      },
      {
        // CVE-2020-8554: an external IP takes over other tenants' traffic to that address.
        expression: "size(object.spec.?externalIPs.orValue([])) == 0 && object.spec.?loadBalancerIP.orValue('') == ''",
        message: 'externalIPs and loadBalancerIP are refused.',
      },
      {
        expression:
          "object.spec.?type.orValue('ClusterIP') != 'LoadBalancer' || " +
          `(${setting(settings.loadBalancers)} == 'allowed' && !object.spec.?allocateLoadBalancerNodePorts.orValue(true))`,
        message: `Services of type LoadBalancer need ${settings.loadBalancers}: allowed, and allocateLoadBalancerNodePorts: false.`,
      },
      {
        expression: onlyAnnotations('service.beta.kubernetes.io/', harmlessLoadBalancerAnnotations),
        message: `of the load balancer annotations only ${harmlessLoadBalancerAnnotations.join(', ')} are allowed.`,
      },
    ],
  },
  {
    name: 'tenantry-ingresses',
    resources: ingresses,
    matchConditions: [specOrAnnotationsChange],
    variables: [{ name: 'domain', expression: setting(settings.ingressDomain) }],
    validations: [
      {
        expression:
          `object.spec.?ingressClassName.orValue('') in ${listSetting(settings.ingressClasses)} && ` +
          "!('kubernetes.io/ingress.class' in object.metadata.?annotations.orValue({}))",
        message: `ingressClassName must stand in the namespace's annotation ${settings.ingressClasses}.`,
      },
      {
        // A rule without a host, and a default backend, would answer for every host, other tenants' too.
        expression:
          "!has(object.spec.defaultBackend) && variables.domain != '' && object.spec.?rules.orValue([]).all(rule, " +
          "rule.?host.orValue('') == variables.domain || " +
          "(rule.?host.orValue('').endsWith('.' + variables.domain) && !rule.?host.orValue('').contains('*')))",
        message: `hosts must be the namespace's ${settings.ingressDomain} or names below it, without wildcards; no default backend.`,
      },
      {
        expression:
          "object.spec.?tls.orValue([]).all(tls, tls.?hosts.orValue([]).all(host, host == variables.domain || host.endsWith('.' + variables.domain)))",
        message: `TLS hosts must be the namespace's ${settings.ingressDomain} or names below it.`,
      },
      {
        expression: onlyAnnotations('alb.ingress.kubernetes.io/', harmlessIngressAnnotations),
        message: `of the load balancer annotations only ${harmlessIngressAnnotations.join(', ')} are allowed.`,
      },
    ],
  },
  {
    name: 'tenantry-network-policies',
    resources: networkPolicies,
    // The platform's own policies open what tenants must not (DNS, the Pod Identity agent).
    matchConditions: [specChanges, notThePlatform],
    variables: [
      { name: 'from', expression: 'object.spec.?ingress.orValue([]).map(rule, rule.?from.orValue([]))' },
      { name: 'to', expression: 'object.spec.?egress.orValue([]).map(rule, rule.?to.orValue([]))' },
      { name: 'ranges', expression: listLiteral([...protectedIpv4Ranges, ...protectedIpv6Ranges]) },
    ],
    validations: [
      {
        // Policies add up: one rule without peers reopens what the default denies.
        expression: '(variables.from + variables.to).all(peers, size(peers) > 0)',
        message: 'every rule must name its peers; a rule without from or to would open the namespace to all.',
      },
      {
        expression:
          '(variables.from + variables.to).all(peers, peers.all(peer, !has(peer.namespaceSelector) || ' +
          `peer.namespaceSelector.?matchLabels[?'${tenantLabel}'].orValue('') == ${tenantOfNamespace}))`,
        message: `a namespaceSelector must name ${tenantLabel} with the tenant's own id.`,
      },
      {
        expression:
          '(variables.from + variables.to).all(peers, peers.all(peer, !has(peer.ipBlock) || variables.ranges.all(range, ' +
          '!cidr(range).containsCIDR(peer.ipBlock.cidr) && !cidr(peer.ipBlock.cidr).containsCIDR(range))))',
        message: 'an ipBlock must not overlap private, loopback or link-local addresses.',
      },
    ],
  },
];
