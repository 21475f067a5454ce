import type { Cloud, Operation } from '../kernel/service.ts';
import { organizationsDatabase } from '../organizations/database.ts';
import { accountAccess, accountOf, requiredText } from './input.ts';

/** The account's own name and age. https://docs.aws.amazon.com/accounts/latest/reference/API_GetAccountInformation.html */
export function informationOperations(cloud: Cloud): Record<string, Operation> {
  const database = organizationsDatabase(cloud);
  const names = cloud.store.collection<string>('account.names');
  const memberOf = (accountId: string) => {
    const organization = database.organizationOf(accountId);
    return organization && database.account(organization.id, accountId);
  };
  return {
    GetAccountInformation: {
      http: { method: 'POST', uri: '/getAccountInformation' },
      authorize: (input, context) => accountAccess(cloud, 'GetAccountInformation', input, context),
      handle(input, context) {
        const accountId = accountOf(cloud, input, context);
        const node = memberOf(accountId);
        // REST-JSON writes this timestamp as text.
        const created = new Date(database.births.get(accountId) ?? node?.account.joinedAt ?? 0);
        return {
          AccountId: accountId,
          AccountName: node?.name ?? names.get(accountId) ?? accountId,
          AccountCreatedDate: created.toISOString(),
          AccountState: node?.account.state ?? 'ACTIVE',
        };
      },
    },
    PutAccountName: {
      http: { method: 'POST', uri: '/putAccountName' },
      authorize: (input, context) => accountAccess(cloud, 'PutAccountName', input, context),
      handle(input, context) {
        const accountId = accountOf(cloud, input, context);
        const name = requiredText(input, 'AccountName', { max: 50, pattern: /^[ -;=?-~]+$/ });
        const node = memberOf(accountId);
        if (node) database.putNode({ ...node, name }, 0);
        names.put(accountId, name);
        return {};
      },
    },
    GetPrimaryEmail: {
      http: { method: 'POST', uri: '/getPrimaryEmail' },
      authorize: (input, context) => accountAccess(cloud, 'GetPrimaryEmail', input, context),
      handle(input, context) {
        const node = memberOf(accountOf(cloud, input, context));
        return { PrimaryEmail: node?.account.email };
      },
    },
  };
}
