import { AwsError } from '../kernel/errors.ts';
import type { Caller, Operation, OperationInput, RequestContext } from '../kernel/service.ts';
import { entityKey, parseEntityArn } from './database.ts';
import { accessTo, type IamContext, noSuchEntity } from './iam-context.ts';
import { ARN, optionalText, requiredText, textList } from './input.ts';
import { managedPolicyText } from './managed-policies.ts';
import { pageOf } from './paging.ts';
import { conditionContext } from './policy/condition-context.ts';
import { compilePolicy, type Policy } from './policy/document.ts';
import { type EvaluationRequest, evaluate } from './policy/evaluate.ts';
import { validatePolicy } from './policy/validate.ts';
import type { RoleRecord, UserRecord } from './records.ts';

/**
 * The policy simulator: what policies would decide, without the consistency delay. Resource policies and organizations
 * are left out unless the request brings the former.
 * https://docs.aws.amazon.com/IAM/latest/APIReference/API_SimulatePrincipalPolicy.html
 */
export function simulationOperations(iam: IamContext): Record<string, Operation> {
  return {
    SimulatePrincipalPolicy: {
      authorize: (input) => [accessTo('SimulatePrincipalPolicy', requiredText(input, 'PolicySourceArn', ARN))],
      handle: (input) => {
        const entity = sourceEntity(iam, requiredText(input, 'PolicySourceArn', ARN));
        return simulate(input, sessionCaller(entity), policiesOf(iam, entity, input));
      },
    },
    SimulateCustomPolicy: {
      handle: (input, context) =>
        simulate(input, customCaller(input, context), {
          identityPolicies: checkedPolicies(textList(input, 'PolicyInputList')),
          ...boundaryOf(input),
        }),
    },
  };
}

function sourceEntity(iam: IamContext, arn: string): RoleRecord | UserRecord {
  const role = parseEntityArn(arn, 'role');
  const user = parseEntityArn(arn, 'user');
  const found = role
    ? iam.database.roles.get(entityKey(role.accountId, role.name))
    : user && iam.database.users.get(entityKey(user.accountId, user.name));
  if (found?.arn !== arn) throw noSuchEntity(`The entity ${arn} cannot be found.`);
  return found;
}

function sessionCaller(entity: RoleRecord | UserRecord): Caller {
  const { accountId, arn, id, kind } = entity;
  if (kind === 'user') return { kind, accountId, arn, userId: id };
  return {
    kind,
    accountId,
    arn: `${arn.replace(':iam:', ':sts:')}/simulation`,
    userId: `${id}:simulation`,
    roleArn: arn,
  };
}

function customCaller(input: OperationInput, { accountId }: RequestContext): Caller {
  const arn = optionalText(input, 'CallerArn', ARN) ?? `arn:aws:iam::${accountId}:user/simulation`;
  return { kind: 'user', accountId: arn.split(':')[4] ?? accountId, arn, userId: 'simulation' };
}

function policiesOf(iam: IamContext, entity: RoleRecord | UserRecord, input: OperationInput) {
  const attached = entity.attachedPolicies.flatMap((arn) => managedPolicyText(iam.database, arn) ?? []);
  const own = [...Object.values(entity.inlinePolicies), ...attached].map(compilePolicy);
  const given = checkedPolicies(textList(input, 'PolicyInputList'));
  const boundary = entity.permissionsBoundary && managedPolicyText(iam.database, entity.permissionsBoundary);
  return {
    identityPolicies: [...own, ...given],
    ...(boundary && { permissionsBoundary: compilePolicy(boundary) }),
    ...boundaryOf(input),
  };
}

function checkedPolicies(texts: readonly string[]): Policy[] {
  return texts.map((text) => {
    validatePolicy(text, 'session');
    return compilePolicy(text);
  });
}

function boundaryOf(input: OperationInput): { permissionsBoundary?: Policy } {
  const [boundary] = checkedPolicies(textList(input, 'PermissionsBoundaryPolicyInputList'));
  return boundary ? { permissionsBoundary: boundary } : {};
}

type Policies = Pick<EvaluationRequest, 'identityPolicies' | 'permissionsBoundary'>;

function simulate(input: OperationInput, caller: Caller, policies: Policies) {
  const actions = textList(input, 'ActionNames');
  const resources = textList(input, 'ResourceArns');
  const resourcePolicy = optionalText(input, 'ResourcePolicy');
  const conditions = simulatedContext(input, caller);
  const results = actions.flatMap((action) => {
    if (!/^[\w-]+:[\w*?]+$/.test(action)) {
      throw new AwsError('InvalidInput', `Invalid Action: ${action}`);
    }
    return (resources.length > 0 ? resources : ['*']).map((resource) => {
      const { decision } = evaluate({
        principal: caller,
        action,
        resource,
        conditions,
        ...policies,
        ...(resourcePolicy !== undefined && { resourcePolicy: compilePolicy(resourcePolicy) }),
      });
      return {
        EvalActionName: action,
        EvalResourceName: resource,
        EvalDecision: DECISIONS[decision],
        MatchedStatements: [],
        MissingContextValues: [],
      };
    });
  });
  return pageOf('EvaluationResults', results, input);
}

const DECISIONS = { allow: 'allowed', 'explicit-deny': 'explicitDeny', 'implicit-deny': 'implicitDeny' };

function simulatedContext(input: OperationInput, caller: Caller) {
  const entries: unknown = input.ContextEntries ?? [];
  const given = Array.isArray(entries) ? (entries as OperationInput[]) : [];
  return conditionContext({
    'aws:PrincipalArn': caller.roleArn ?? caller.arn,
    'aws:PrincipalAccount': caller.accountId,
    'aws:username': caller.kind === 'user' ? caller.arn.slice(caller.arn.lastIndexOf('/') + 1) : undefined,
    ...Object.fromEntries(
      given.map((entry) => [requiredText(entry, 'ContextKeyName'), textList(entry, 'ContextKeyValues')]),
    ),
  });
}
