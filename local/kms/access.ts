import type { AccessRequest, OperationInput, RequestContext } from '../kernel/service.ts';
import { type KeyRecord, type Keys, keyArn, parseIdentifier } from './keys.ts';

type Conditions = Record<string, string | readonly string[]>;
type Authorize = (input: OperationInput, context: RequestContext) => AccessRequest[];

/**
 * The check of an operation on the key of `KeyId`: its key policy decides, and hands the decision to IAM where it names the
 * account. A key that does not exist is checked by name: whoever may not use it does not learn that it is missing.
 * https://docs.aws.amazon.com/kms/latest/developerguide/policy-evaluation.html
 */
export function onKey(action: string, keys: Keys, more: (input: OperationInput) => Conditions = () => ({})): Authorize {
  return (input, context) => {
    const name = String(input.KeyId ?? '');
    const key = keys.lookUp(name, context);
    const { alias } = parseIdentifier(name);
    const conditions = { ...more(input), ...(alias !== undefined && { 'kms:RequestAlias': alias }) };
    if (key) return [keyAccess(action, keys, key, context, conditions)];
    const { account = context.accountId, region = context.region, id = '*' } = parseIdentifier(name);
    return [
      {
        action: `kms:${action}`,
        resource: keyArn({ region, accountId: account, id }),
        resourceAccountId: account,
        conditions: { ...callerConditions(context), ...conditions },
      },
    ];
  };
}

/** The check of an operation on a key that is known. */
export function keyAccess(
  action: string,
  keys: Keys,
  key: KeyRecord,
  context: RequestContext,
  conditions: Conditions = {},
): AccessRequest {
  const aliases = keys.aliases(key.accountId, key.region).filter(({ keyId }) => keyId === key.id);
  return {
    action: `kms:${action}`,
    resource: keyArn(key),
    resourceAccountId: key.accountId,
    resourcePolicy: key.policy,
    conditions: {
      ...callerConditions(context),
      'kms:KeyOrigin': 'AWS_KMS',
      'kms:KeySpec': 'SYMMETRIC_DEFAULT',
      'kms:KeyUsage': 'ENCRYPT_DECRYPT',
      'kms:MultiRegion': 'false',
      ...(aliases.length > 0 && { 'kms:ResourceAliases': aliases.map(({ name }) => name) }),
      ...Object.fromEntries(Object.entries(key.tags).map(([name, value]) => [`aws:ResourceTag/${name}`, value])),
      ...conditions,
    },
  };
}

/** https://docs.aws.amazon.com/kms/latest/developerguide/conditions-kms.html */
export function callerConditions({ caller }: RequestContext): Conditions {
  return {
    'kms:CallerAccount': caller.accountId,
    ...(caller.viaService !== undefined && { 'kms:ViaService': caller.viaService }),
  };
}

/** The encryption context of a request, as conditions know it. */
export function contextConditions(encryptionContext: Readonly<Record<string, string>> = {}): Conditions {
  const names = Object.keys(encryptionContext);
  if (names.length === 0) return {};
  return {
    'kms:EncryptionContextKeys': names,
    ...Object.fromEntries(names.map((name) => [`kms:EncryptionContext:${name}`, encryptionContext[name] ?? ''])),
  };
}

/** The tags of a request, as conditions know them. */
export function tagConditions(input: OperationInput): Conditions {
  const tags: { TagKey: string; TagValue: string }[] = Array.isArray(input.Tags) ? input.Tags : [];
  return Object.fromEntries(tags.map(({ TagKey, TagValue }) => [`aws:RequestTag/${TagKey}`, String(TagValue)]));
}
