import { type AlternateContactType, PutAlternateContactCommand } from '@aws-sdk/client-account';
import type { AccountsConfig } from '../../../tenancy/accounts/config.ts';
import type { AccountClients } from '../account-clients.ts';

/** Sets whom AWS writes to beside the root user, whose address nobody reads every day. Setting them again changes nothing. */
export async function putContacts(
  { account }: Pick<AccountClients, 'account'>,
  contacts: AccountsConfig['alternateContacts'],
): Promise<void> {
  for (const [type, contact] of Object.entries(contacts)) {
    if (!contact) continue;
    const { name: Name, title: Title, emailAddress: EmailAddress, phoneNumber: PhoneNumber } = contact;
    await account.send(
      new PutAlternateContactCommand({
        AlternateContactType: type as AlternateContactType,
        Name,
        Title,
        EmailAddress,
        PhoneNumber,
      }),
    );
  }
}
