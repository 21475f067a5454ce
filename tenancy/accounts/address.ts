/** Longest address of a root user. https://docs.aws.amazon.com/organizations/latest/APIReference/API_CreateAccount.html */
export const ADDRESS_LENGTH = 64;

/** Longest account name that CreateAccount takes. */
export const ACCOUNT_NAME_LENGTH = 50;

/** Characters AWS does not take in an address, beside white space and what is not 7-bit ASCII. */
const FORBIDDEN = /[\s"'()<>[\]:;,\\|%&]/;

/**
 * The address of an account's root user: the pattern with `{account}` replaced by the account's name, and `{tenant}` by
 * the tenant's id or `pool`, shortened so that 64 characters suffice. From the second alias on, `-2` and so on follows the name.
 * Throws an Error that says which of AWS's rules the result breaks.
 */
export function accountAddress(
  pattern: string,
  account: { accountName: string; tenantId?: string | undefined; alias: number },
): string {
  const name = account.alias > 0 ? `${account.accountName}-${account.alias + 1}` : account.accountName;
  const rest = pattern.replaceAll('{account}', name).replaceAll('{tenant}', '');
  const places = pattern.split('{tenant}').length - 1;
  const room = places > 0 ? Math.max(0, Math.floor((ADDRESS_LENGTH - rest.length) / places)) : 0;
  const tenant = (account.tenantId ?? 'pool').slice(0, room).replace(/-+$/, '');
  const address = pattern.replaceAll('{account}', name).replaceAll('{tenant}', tenant);
  const mistake = addressMistake(address);
  if (mistake) throw new Error(`The address "${address}" of an account ${mistake}.`);
  return address;
}

/** Which of AWS's rules an address breaks; `undefined` for none. */
export function addressMistake(address: string): string | undefined {
  const [local = '', domain = '', ...more] = address.split('@');
  if (address.length < 6 || address.length > ADDRESS_LENGTH) return `has ${address.length} characters, not 6 to 64`;
  if (more.length > 0 || !address.includes('@')) return 'does not have exactly one @';
  // biome-ignore lint/suspicious/noControlCharactersInRegex: AWS takes 7-bit ASCII
  if (!/^[\x00-\x7f]*$/.test(address)) return 'has characters beyond 7-bit ASCII';
  if (FORBIDDEN.test(address)) return 'has a character that AWS does not take';
  if (local === '' || local.startsWith('.')) return 'has no name before the @, or one that begins with a dot';
  if (!/^[a-zA-Z0-9-]+(\.[a-zA-Z0-9-]+)+$/.test(domain)) return 'has no domain with a dot';
  return undefined;
}
