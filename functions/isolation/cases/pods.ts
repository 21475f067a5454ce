import type { KubernetesObject } from '../../../tenancy/workspace/kubernetes-object.ts';
import { tenantLabel, tierLabel } from '../../../tenancy/workspace/names.ts';
import { computeQuotaName } from '../../../tenancy/workspace/quota.ts';
import {
  accepted,
  type Control,
  type IsolationCase,
  limit,
  type ProofSubject,
  podSecurity,
  policy,
  quota,
} from '../case.ts';
import { changed, creating } from '../requests.ts';
import { goodPod } from '../well-behaved.ts';

type Hostile = readonly [name: string, place: string, value: unknown, control: Control];

const container = 'spec.containers.0';

/** What a pod must not be. Each differs from the good pod in one place. */
const hostile: readonly Hostile[] = [
  // `privileged` with `allowPrivilegeEscalation: false` is not even valid, so the one place is the whole security context.
  [
    'privileged',
    `${container}.securityContext`,
    { privileged: true, capabilities: { drop: ['ALL'] } },
    podSecurity('privileged (container'),
  ],
  ['host network', 'spec.hostNetwork', true, podSecurity('hostNetwork=true')],
  ['host PID', 'spec.hostPID', true, podSecurity('hostPID=true')],
  ['host IPC', 'spec.hostIPC', true, podSecurity('hostIPC=true')],
  ['host path', 'spec.volumes', [{ name: 'host', hostPath: { path: '/' } }], podSecurity('hostPath')],
  ['host port', `${container}.ports`, [{ containerPort: 8086, hostPort: 8086 }], podSecurity('hostPort')],
  [
    'added capability',
    `${container}.securityContext.capabilities.add`,
    ['SYS_ADMIN'],
    podSecurity('unrestricted capabilities'),
  ],
  ['root allowed', 'spec.securityContext.runAsNonRoot', false, podSecurity('runAsNonRoot != true')],
  ['root user', 'spec.securityContext.runAsUser', 0, podSecurity('runAsUser=0')],
  [
    'privilege escalation',
    `${container}.securityContext.allowPrivilegeEscalation`,
    true,
    podSecurity('allowPrivilegeEscalation != false'),
  ],
  ['no seccomp', 'spec.securityContext.seccompProfile.type', 'Unconfined', podSecurity('seccompProfile')],
  [
    'unsafe sysctl',
    'spec.securityContext.sysctls',
    [{ name: 'kernel.msgmax', value: '1' }],
    podSecurity('forbidden sysctls'),
  ],
  ['foreign registry', `${container}.image`, 'registry.foreign.example/app:1', policy('tenantry-image-registries')],
  ['cached image', `${container}.imagePullPolicy`, 'Never', policy('tenantry-image-pull')],
  ['chosen node', 'spec.nodeName', 'any-node', policy('tenantry-scheduling')],
  ['endless termination', 'spec.terminationGracePeriodSeconds', 86_400, policy('tenantry-termination')],
  ['system priority', 'spec.priorityClassName', 'system-node-critical', policy('tenantry-priority-classes')],
  ['over the quota', `${container}.resources`, storage('1Pi'), quota(computeQuotaName)],
  ['over the limit', `${container}.resources`, { limits: { cpu: '1000' } }, limit('maximum cpu usage per Container')],
];

/** Reaching for nodes of others, beside what the pod says of its own. */
function scheduling(pod: KubernetesObject): Hostile[] {
  const { nodeSelector = {}, tolerations = [] } = pod.spec as { nodeSelector?: object; tolerations?: object[] };
  const tolerating = (toleration: object) => [...tolerations, toleration];
  const tier = { key: tierLabel, operator: 'Equal', value: 'tenantry-proof-other', effect: 'NoSchedule' };
  return [
    ['wildcard toleration', 'spec.tolerations', tolerating({ operator: 'Exists' }), policy('tenantry-scheduling')],
    [
      "another tenant's nodes",
      'spec.nodeSelector',
      { ...nodeSelector, [tenantLabel]: 'tenantry-proof-other' },
      policy('tenantry-scheduling'),
    ],
    ["another tier's taint", 'spec.tolerations', tolerating(tier), policy('tenantry-tier-nodes')],
    [
      "another tier's nodes",
      'spec.nodeSelector',
      { ...nodeSelector, [tierLabel]: 'tenantry-proof-other' },
      policy('tenantry-tier-nodes'),
    ],
  ];
}

function storage(amount: string) {
  return { requests: { 'ephemeral-storage': amount }, limits: { 'ephemeral-storage': amount } };
}

/** A good pod is accepted; every pod that reaches for the node, for others' images or for more than its share is not. */
export function podCases(subject: ProofSubject): IsolationCase[] {
  const pod = goodPod(subject);
  const cases = [...hostile, ...scheduling(pod)].map(([name, place, value, control]) => ({
    name: `pod: ${name}`,
    control,
    request: creating(changed(pod, place, value)),
  }));
  return [{ name: 'pod', control: accepted, request: creating(pod) }, ...cases, ...standalone(subject)];
}

function standalone(subject: ProofSubject): IsolationCase[] {
  if (subject.numbers.standalonePods !== 'refused') return [];
  const request = creating(changed(goodPod(subject), 'metadata.ownerReferences', []));
  return [{ name: 'pod: without an owner', control: policy('tenantry-standalone-pods'), request }];
}
