import type { Operation, OperationInput, RequestContext } from '../kernel/service.ts';
import { clusterWithEntries, onEntry } from './access-entries.ts';
import { putEntry, requireEntry } from './access-entry-store.ts';
import { ACCESS_POLICIES } from './access-policies.ts';
import type { EksEngine } from './engine.ts';
import { invalidParameter, notFound } from './errors.ts';
import { page, requiredText, textList } from './input.ts';
import type { AssociatedPolicy } from './records.ts';

/** AssociateAccessPolicy, DisassociateAccessPolicy, ListAssociatedAccessPolicies, ListAccessPolicies. */
export function policyAssociationOperations(engine: EksEngine): Record<string, Operation> {
  const uri = '/clusters/{clusterName}/access-entries/{principalArn}/access-policies';
  return {
    AssociateAccessPolicy: {
      http: { method: 'POST', uri },
      authorize: onEntry(engine, 'AssociateAccessPolicy', associationConditions),
      handle: (input, context) => associate(engine, input, context),
    },
    DisassociateAccessPolicy: {
      http: { method: 'DELETE', uri: `${uri}/{policyArn}` },
      authorize: onEntry(engine, 'DisassociateAccessPolicy', associationConditions),
      handle(input, context) {
        const cluster = clusterWithEntries(engine, context, input);
        const entry = requireEntry(engine, cluster, input.principalArn);
        if (!entry.policies.some(({ policyArn }) => policyArn === input.policyArn))
          throw notFound('The specified policyArn is not associated with the access entry.', {
            clusterName: cluster.name,
          });
        const policies = entry.policies.filter(({ policyArn }) => policyArn !== input.policyArn);
        putEntry(engine, cluster, { ...entry, policies });
        return {};
      },
    },
    ListAssociatedAccessPolicies: {
      http: { method: 'GET', uri },
      authorize: onEntry(engine, 'ListAssociatedAccessPolicies'),
      handle(input, context) {
        const cluster = clusterWithEntries(engine, context, input);
        const entry = requireEntry(engine, cluster, input.principalArn);
        const { items, nextToken } = page(entry.policies, input);
        return {
          clusterName: cluster.name,
          principalArn: entry.principalArn,
          associatedAccessPolicies: items.map(policyView),
          ...(nextToken && { nextToken }),
        };
      },
    },
    ListAccessPolicies: {
      http: { method: 'GET', uri: '/access-policies' },
      handle(input) {
        const { items, nextToken } = page(ACCESS_POLICIES, input);
        return { accessPolicies: items, ...(nextToken && { nextToken }) };
      },
    },
  };
}

/** A policy that is associated already gets the new scope. */
function associate(engine: EksEngine, input: OperationInput, context: RequestContext) {
  const cluster = clusterWithEntries(engine, context, input);
  const entry = requireEntry(engine, cluster, input.principalArn);
  if (entry.type !== 'STANDARD' && entry.type !== 'EC2')
    throw invalidParameter(`Access policies cannot be associated with an access entry of type ${entry.type}.`);
  const policyArn = requiredText(input, 'policyArn');
  if (!ACCESS_POLICIES.some(({ arn }) => arn === policyArn))
    throw invalidParameter(
      `The policyArn parameter format is not valid or the policy does not exist: ${policyArn}. You can view the available policies with 'list-access-policies'.`,
    );
  const now = engine.cloud.clock.now();
  const before = entry.policies.find((policy) => policy.policyArn === policyArn);
  const policy: AssociatedPolicy = {
    policyArn,
    accessScope: accessScope(input.accessScope),
    associatedAt: before?.associatedAt ?? now,
    modifiedAt: now,
  };
  const others = entry.policies.filter((other) => other.policyArn !== policyArn);
  putEntry(engine, cluster, { ...entry, policies: [...others, policy] });
  return {
    clusterName: cluster.name,
    principalArn: entry.principalArn,
    associatedAccessPolicy: policyView(policy),
  };
}

function accessScope(input: OperationInput): AssociatedPolicy['accessScope'] {
  const namespaces = textList(input, 'namespaces');
  if (input?.type === 'cluster') {
    if (namespaces.length > 0)
      throw invalidParameter('Namespaces are not allowed when the access scope type is cluster.');
    return { type: 'cluster', namespaces };
  }
  if (input?.type !== 'namespace') throw invalidParameter('The type of the accessScope must be cluster or namespace.');
  if (namespaces.length === 0)
    throw invalidParameter('At least one namespace is required when the access scope type is namespace.');
  return { type: 'namespace', namespaces };
}

function associationConditions(input: OperationInput): Record<string, string | string[]> {
  return {
    ...(typeof input.policyArn === 'string' && { 'eks:policyArn': input.policyArn }),
    ...(typeof input.accessScope?.type === 'string' && { 'eks:accessScope': input.accessScope.type }),
    ...(Array.isArray(input.accessScope?.namespaces) && { 'eks:namespaces': input.accessScope.namespaces }),
  };
}

function policyView({ policyArn, accessScope: scope, associatedAt, modifiedAt }: AssociatedPolicy) {
  return {
    policyArn,
    accessScope: scope,
    associatedAt: new Date(associatedAt),
    modifiedAt: new Date(modifiedAt),
  };
}
