import { AwsError } from '../kernel/errors.ts';
import type { Cloud, Operation, OperationInput } from '../kernel/service.ts';
import { accountAccess, accountOf, invalid, requiredText } from './input.ts';

const TYPES = ['BILLING', 'OPERATIONS', 'SECURITY'];
const PHONE = { max: 25, pattern: /^[\s0-9()+-]+$/ };
const EMAIL = { max: 254, pattern: /^\s*[\w+=.#|!&-]+@[\w.-]+\.\w+\s*$/ };
/** Members of ContactInformation with their greatest lengths. */
const REQUIRED = { FullName: 50, AddressLine1: 60, City: 50, PostalCode: 20, CountryCode: 2, PhoneNumber: 20 } as const;
const OPTIONAL = {
  AddressLine2: 60,
  AddressLine3: 60,
  CompanyName: 50,
  DistrictOrCounty: 50,
  StateOrRegion: 50,
  WebsiteUrl: 256,
} as const;

/** Whom AWS writes to. https://docs.aws.amazon.com/accounts/latest/reference/API_PutAlternateContact.html */
export function contactOperations(cloud: Cloud): Record<string, Operation> {
  const alternates = cloud.store.collection<Record<string, string>>('account.alternate-contacts');
  const contacts = cloud.store.collection<Record<string, string>>('account.contacts');
  const notFound = () =>
    new AwsError('ResourceNotFoundException', 'No contact information was found for the account.', { status: 404 });
  const post = (name: string, handle: Operation['handle']): Operation => ({
    http: { method: 'POST', uri: `/${name.charAt(0).toLowerCase()}${name.slice(1)}` },
    authorize: (input, context) => accountAccess(cloud, name, input, context),
    handle,
  });
  return {
    PutAlternateContact: post('PutAlternateContact', (input, context) => {
      const contact = {
        AlternateContactType: typeOf(input),
        Name: requiredText(input, 'Name', { max: 64 }),
        Title: requiredText(input, 'Title', { max: 50 }),
        EmailAddress: requiredText(input, 'EmailAddress', EMAIL),
        PhoneNumber: requiredText(input, 'PhoneNumber', PHONE),
      };
      alternates.put(`${accountOf(cloud, input, context)}/${contact.AlternateContactType}`, contact);
      return {};
    }),
    GetAlternateContact: post('GetAlternateContact', (input, context) => {
      const AlternateContact = alternates.get(`${accountOf(cloud, input, context)}/${typeOf(input)}`);
      if (!AlternateContact) throw notFound();
      return { AlternateContact };
    }),
    DeleteAlternateContact: post('DeleteAlternateContact', (input, context) => {
      if (!alternates.delete(`${accountOf(cloud, input, context)}/${typeOf(input)}`)) throw notFound();
      return {};
    }),
    PutContactInformation: post('PutContactInformation', (input, context) => {
      contacts.put(accountOf(cloud, input, context), contactInformation(input.ContactInformation));
      return {};
    }),
    GetContactInformation: post('GetContactInformation', (input, context) => {
      const ContactInformation = contacts.get(accountOf(cloud, input, context));
      if (!ContactInformation) throw notFound();
      return { ContactInformation };
    }),
  };
}

function typeOf(input: OperationInput): string {
  const type = requiredText(input, 'AlternateContactType', { max: 20 });
  if (!TYPES.includes(type)) throw invalid(`AlternateContactType must be one of ${TYPES.join(', ')}.`);
  return type;
}

function contactInformation(given: OperationInput): Record<string, string> {
  if (typeof given !== 'object' || given === null) throw invalid('ContactInformation is required.');
  const required = Object.entries(REQUIRED).map(([member, max]) => [member, requiredText(given, member, { max })]);
  const optional = Object.entries(OPTIONAL)
    .filter(([member]) => given[member] !== undefined)
    .map(([member, max]) => [member, requiredText(given, member, { max })]);
  return Object.fromEntries([...required, ...optional]);
}
