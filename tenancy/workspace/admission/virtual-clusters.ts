import { type AdmissionRule, listLiteral } from './policy.ts';

/**
 * What a control plane of vcluster notes on the Secret of its own configuration when it starts: the distribution and the store
 * that it runs with, by which it refuses to start with others later. If it cannot write them it ends.
 */
const notes = ['vcluster.loft.sh/distro', 'vcluster.loft.sh/store'];

const annotationsOf = (object: string) => `${object}.metadata.?annotations.orValue({})`;

/** CEL: the request comes from the control plane `vc-<name>` of this very namespace. `name` is an expression, of the object: a request for a collection has no name. */
function fromControlPlane(name: string): string {
  return `request.userInfo.username == 'system:serviceaccount:' + request.namespace + ':' + ${name}`;
}

function unchanged(...members: readonly string[]): string {
  return members.map((member) => `object.${member} == oldObject.${member}`).join(' && ');
}

/**
 * CEL: a control plane of vcluster writes its {@link notes} on Secret `vc-config-<name>` of its own, and changes nothing else of it. The one
 * thing that it has to write on what belongs to the platform.
 */
export const controlPlaneNotes = [
  "request.operation == 'UPDATE' && request.kind.group == '' && request.kind.kind == 'Secret'",
  "oldObject.metadata.name.startsWith('vc-config-')",
  fromControlPlane("oldObject.metadata.name.replace('vc-config-', 'vc-', 1)"),
  unchanged('?data', '?type', '?immutable', 'metadata.?labels', 'metadata.?finalizers', 'metadata.?ownerReferences'),
  `${annotationsOf('object')}.all(key, key in ${listLiteral(notes)} || ` +
    'object.metadata.?annotations[?key] == oldObject.metadata.?annotations[?key])',
  `${annotationsOf('oldObject')}.all(key, key in ${annotationsOf('object')})`,
].join(' && ');

/** Against control planes of virtual clusters that a tenant has broken out into. */
export const virtualClusterRules: readonly AdmissionRule[] = [
  {
    // Not labelled as the platform's, since load balancer controllers write to it; the control plane may write all other Services.
    name: 'tenantry-vcluster-services',
    resources: [{ apiGroups: [''], resources: ['services'], operations: ['UPDATE', 'DELETE'] }],
    matchConditions: [{ name: 'own-control-plane', expression: fromControlPlane("'vc-' + oldObject.metadata.name") }],
    validations: [
      {
        expression: `request.operation == 'UPDATE' && ${unchanged('spec', 'metadata.?labels', 'metadata.?annotations', 'metadata.?finalizers')}`,
        message:
          'the way into a virtual cluster belongs to the platform; its control plane cannot change or delete it.',
      },
    ],
  },
];
