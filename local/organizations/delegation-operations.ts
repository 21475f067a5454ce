import { AwsError } from '../kernel/errors.ts';
import type { Operation, OperationInput } from '../kernel/service.ts';
import { accountView } from './account-view.ts';
import { constraintViolation, notFound } from './errors.ts';
import { ACCOUNT_ID, optionalText, requiredText, SERVICE_PRINCIPAL } from './input.ts';
import { actedOn } from './nodes.ts';
import { type OrganizationCall, organizationOperation } from './operation.ts';
import { pageOf } from './paging.ts';
import type { OrganizationsParts } from './parts.ts';
import type { AccountNode } from './records.ts';

/** Services set their own number; few allow more. */
const MOST_ADMINISTRATORS = 5;

/** Member accounts that administer a service for the organization. https://docs.aws.amazon.com/organizations/latest/APIReference/API_RegisterDelegatedAdministrator.html */
export function delegationOperations(parts: OrganizationsParts): Record<string, Operation> {
  const { database } = parts;
  const rules = {
    by: 'management',
    resources: (input: OperationInput, organization: OrganizationCall['organization']) =>
      actedOn(database, organization, input.AccountId),
    conditions: (input: OperationInput) => ({ 'organizations:ServicePrincipal': String(input.ServicePrincipal) }),
    modifies: (input: OperationInput) => String(input.AccountId),
  } as const;
  return {
    RegisterDelegatedAdministrator: organizationOperation(parts, 'RegisterDelegatedAdministrator', {
      ...rules,
      handle(input, call) {
        register(parts, input, call);
        return undefined;
      },
    }),
    DeregisterDelegatedAdministrator: organizationOperation(parts, 'DeregisterDelegatedAdministrator', {
      ...rules,
      handle(input, call) {
        const { node, principal } = accountAndPrincipal(parts, input, call);
        const { [principal]: registered, ...delegatedServices } = node.account.delegatedServices;
        if (registered === undefined) throw notRegistered();
        parts.save({ ...node, account: { ...node.account, delegatedServices } });
        return undefined;
      },
    }),
    ListDelegatedAdministrators: organizationOperation(parts, 'ListDelegatedAdministrators', {
      by: 'delegated',
      handle(input, { organization }) {
        const principal = optionalText(input, 'ServicePrincipal', SERVICE_PRINCIPAL);
        const administrators = database
          .accounts(organization.id)
          .filter(({ account: { delegatedServices } }) =>
            principal === undefined
              ? Object.keys(delegatedServices).length > 0
              : delegatedServices[principal] !== undefined,
          )
          .sort((a, b) => (a.id < b.id ? -1 : 1));
        const view = (node: AccountNode) => {
          const { Paths: _paths, ...account } = accountView(parts, organization, node);
          const enabled = Math.min(...Object.values(node.account.delegatedServices));
          return { ...account, DelegationEnabledDate: new Date(enabled) };
        };
        return pageOf('DelegatedAdministrators', administrators, ({ id }) => id, view, input);
      },
    }),
    ListDelegatedServicesForAccount: organizationOperation(parts, 'ListDelegatedServicesForAccount', {
      by: 'delegated',
      resources: (input, organization) => actedOn(database, organization, input.AccountId),
      handle(input, { organization }) {
        const node = database.account(organization.id, requiredText(input, 'AccountId', ACCOUNT_ID));
        if (!node) throw notFound('AccountNotFoundException');
        const services = Object.entries(node.account.delegatedServices).sort(([a], [b]) => (a < b ? -1 : 1));
        if (services.length === 0) throw notRegistered();
        const view = ([ServicePrincipal, since]: [string, number]) => ({
          ServicePrincipal,
          DelegationEnabledDate: new Date(since),
        });
        return pageOf('DelegatedServices', services, ([principal]) => principal, view, input);
      },
    }),
  };
}

function register(parts: OrganizationsParts, input: OperationInput, call: OrganizationCall): void {
  const { node, principal } = accountAndPrincipal(parts, input, call);
  const { organization, now } = call;
  if (node.id === organization.managementAccountId) {
    throw constraintViolation('CANNOT_REGISTER_MASTER_AS_DELEGATED_ADMINISTRATOR');
  }
  if (organization.serviceAccess[principal] === undefined) throw constraintViolation('SERVICE_ACCESS_NOT_ENABLED');
  if (node.account.state !== 'ACTIVE') {
    throw constraintViolation('CANNOT_REGISTER_SUSPENDED_ACCOUNT_AS_DELEGATED_ADMINISTRATOR');
  }
  const { delegatedServices } = node.account;
  if (delegatedServices[principal] !== undefined) {
    throw new AwsError(
      'AccountAlreadyRegisteredException',
      'The provided account is already a delegated administrator for your organization.',
    );
  }
  const others = parts.database
    .accounts(organization.id)
    .filter(({ account }) => account.delegatedServices[principal] !== undefined);
  if (others.length >= MOST_ADMINISTRATORS) {
    throw constraintViolation('MAX_DELEGATED_ADMINISTRATORS_FOR_SERVICE_LIMIT_EXCEEDED');
  }
  parts.save({
    ...node,
    account: { ...node.account, delegatedServices: { ...delegatedServices, [principal]: now } },
  });
}

function accountAndPrincipal(parts: OrganizationsParts, input: OperationInput, { organization }: OrganizationCall) {
  const accountId = requiredText(input, 'AccountId', ACCOUNT_ID);
  const principal = requiredText(input, 'ServicePrincipal', SERVICE_PRINCIPAL);
  const node = parts.database.account(organization.id, accountId);
  if (!node) throw notFound('AccountNotFoundException');
  return { node, principal };
}

function notRegistered(): AwsError {
  return new AwsError(
    'AccountNotRegisteredException',
    'The provided account is not a registered delegated administrator for your organization.',
  );
}
