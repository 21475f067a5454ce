import { AwsError } from '../kernel/errors.ts';
import type { Operation, OperationInput } from '../kernel/service.ts';
import type { EntityKind } from './entity-kind.ts';
import { type IamContext, noSuchEntity, saveEntity } from './iam-context.ts';
import { DOCUMENT, POLICY_NAME, requiredText } from './input.ts';
import { encodeDocument, pageOf } from './paging.ts';
import { validatePolicy } from './policy/validate.ts';
import { policySize } from './quotas.ts';

/** PutRolePolicy, GetUserPolicy and their like. https://docs.aws.amazon.com/IAM/latest/APIReference/API_PutRolePolicy.html */
export function inlinePolicyOperations(iam: IamContext, kind: EntityKind): Record<string, Operation> {
  const { noun } = kind;
  const named = (action: string, handle: Operation['handle']): Operation => ({
    authorize: (input, { accountId }) => [kind.access(iam, action, accountId, input)],
    handle,
  });
  return {
    [`Put${noun}Policy`]: named(`Put${noun}Policy`, (input, { accountId }) => putPolicy(iam, kind, accountId, input)),
    [`Get${noun}Policy`]: named(`Get${noun}Policy`, (input, { accountId }) => {
      const entity = kind.existing(iam, accountId, input);
      const [name, text] = existingInline(kind, entity.inlinePolicies, input);
      return { [kind.nameMember]: entity.name, PolicyName: name, PolicyDocument: encodeDocument(text) };
    }),
    [`Delete${noun}Policy`]: named(`Delete${noun}Policy`, (input, { accountId }) => {
      const entity = kind.modifiable(iam, accountId, input);
      const [name] = existingInline(kind, entity.inlinePolicies, input);
      const { [name]: _deleted, ...rest } = entity.inlinePolicies;
      saveEntity(iam, { ...entity, inlinePolicies: rest });
      return undefined;
    }),
    [`List${noun}Policies`]: named(`List${noun}Policies`, (input, { accountId }) =>
      pageOf('PolicyNames', Object.keys(kind.existing(iam, accountId, input).inlinePolicies).sort(), input),
    ),
  };
}

function existingInline(
  kind: EntityKind,
  policies: Readonly<Record<string, string>>,
  input: OperationInput,
): readonly [name: string, text: string] {
  const name = requiredText(input, 'PolicyName', POLICY_NAME);
  const text = Object.hasOwn(policies, name) ? policies[name] : undefined;
  if (text === undefined) {
    throw noSuchEntity(`The ${kind.noun.toLowerCase()} policy with name ${name} cannot be found.`);
  }
  return [name, text];
}

function putPolicy(iam: IamContext, kind: EntityKind, accountId: string, input: OperationInput): undefined {
  const name = requiredText(input, 'PolicyName', POLICY_NAME);
  const text = requiredText(input, 'PolicyDocument', DOCUMENT);
  const entity = kind.modifiable(iam, accountId, input);
  validatePolicy(text, 'identity');
  const inlinePolicies = { ...entity.inlinePolicies, [name]: text };
  const limit = kind.noun === 'Role' ? iam.quotas.inlinePoliciesSizeOfRole : iam.quotas.inlinePoliciesSizeOfUser;
  // All inline policies of an entity count together.
  if (Object.values(inlinePolicies).reduce((sum, policy) => sum + policySize(policy), 0) > limit) {
    throw new AwsError(
      'LimitExceeded',
      `Maximum policy size of ${limit} bytes exceeded for ${kind.noun.toLowerCase()} ${entity.name}`,
      { status: 409 },
    );
  }
  saveEntity(iam, { ...entity, inlinePolicies });
  return undefined;
}
