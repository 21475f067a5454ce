import { createHash } from 'node:crypto';
import { AwsError } from '../kernel/errors.ts';
import type { Operation, OperationInput } from '../kernel/service.ts';
import { type FunctionRef, functionArn } from './arn.ts';
import type { FunctionRecord, PolicyStatement } from './function-store.ts';
import { lookUp } from './lookup.ts';
import { type LambdaParts, onFunction } from './parts.ts';

const POLICY = '/2015-03-31/functions/{FunctionName}/policy';

/** The resource policy of a function. https://docs.aws.amazon.com/lambda/latest/dg/access-control-resource-based.html */
export function policyOperations(parts: LambdaParts): Record<string, Operation> {
  const { functions } = parts;
  return {
    AddPermission: {
      http: { method: 'POST', uri: POLICY, status: 201 },
      authorize: onFunction('lambda:AddPermission', functions),
      handle(input, context) {
        const { ref, record } = lookUp(parts, input, context);
        const qualifier = ref.qualifier ?? '';
        if (of(record, qualifier).some((entry) => entry.statement.Sid === input.StatementId)) {
          throw new AwsError(
            'ResourceConflictException',
            `The statement id (${input.StatementId}) provided already exists. Please provide a new statement id, or remove the existing statement.`,
            { status: 409, fields: { Type: 'User' } },
          );
        }
        checkRevision(record, qualifier, input);
        const statement = statementOf(input, ref);
        functions.put({ ...record, statements: [...record.statements, { qualifier, statement }] });
        return { Statement: JSON.stringify(statement) };
      },
    },
    RemovePermission: {
      http: { method: 'DELETE', uri: `${POLICY}/{StatementId}`, status: 204 },
      authorize: onFunction('lambda:RemovePermission', functions),
      handle(input, context) {
        const { ref, record } = lookUp(parts, input, context);
        const qualifier = ref.qualifier ?? '';
        const statements = record.statements.filter(
          (entry) => entry.qualifier !== qualifier || entry.statement.Sid !== input.StatementId,
        );
        if (statements.length === record.statements.length) {
          throw notFound(`Statement ${input.StatementId} is not found in resource policy.`);
        }
        functions.put({ ...record, statements });
      },
    },
    GetPolicy: {
      http: { method: 'GET', uri: POLICY },
      authorize: onFunction('lambda:GetPolicy', functions),
      handle(input, context) {
        const { ref, record } = lookUp(parts, input, context);
        const statements = of(record, ref.qualifier ?? '');
        if (statements.length === 0) throw notFound('The resource you requested does not exist.');
        return { Policy: policyText(statements), RevisionId: revision(statements) };
      },
    },
  };
}

function of(record: FunctionRecord, qualifier: string): PolicyStatement[] {
  return record.statements.filter((entry) => entry.qualifier === qualifier);
}

function policyText(statements: readonly PolicyStatement[]): string {
  return JSON.stringify({
    Version: '2012-10-17',
    Id: 'default',
    Statement: statements.map((entry) => entry.statement),
  });
}

function revision(statements: readonly PolicyStatement[]): string {
  const hex = createHash('md5').update(policyText(statements)).digest('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}

function checkRevision(record: FunctionRecord, qualifier: string, input: OperationInput): void {
  if (input.RevisionId === undefined || input.RevisionId === revision(of(record, qualifier))) return;
  throw new AwsError(
    'PreconditionFailedException',
    'The Revision Id provided does not match the latest Revision Id. Call the GetPolicy API to retrieve the latest Revision Id',
    { status: 412, fields: { Type: 'User' } },
  );
}

function statementOf(input: OperationInput, ref: FunctionRef): PolicyStatement['statement'] {
  if (typeof input.Action !== 'string' || !/^(lambda:[*]|lambda:[a-zA-Z]+|[*])$/.test(input.Action)) {
    throw new AwsError(
      'ValidationException',
      `1 validation error detected: Value '${String(input.Action)}' at 'action' failed to satisfy constraint: Member must satisfy regular expression pattern: (lambda:[*]|lambda:[a-zA-Z]+|[*])`,
    );
  }
  const condition = {
    ...(input.SourceAccount && { StringEquals: { 'AWS:SourceAccount': input.SourceAccount } }),
    ...(input.PrincipalOrgID && { StringEquals: { 'aws:PrincipalOrgID': input.PrincipalOrgID } }),
    ...(input.SourceArn && { ArnLike: { 'AWS:SourceArn': input.SourceArn } }),
  };
  return {
    Sid: String(input.StatementId),
    Effect: 'Allow',
    Principal: principal(String(input.Principal)),
    Action: input.Action,
    Resource: functionArn(ref),
    ...(Object.keys(condition).length > 0 && { Condition: condition }),
  };
}

function principal(value: string): unknown {
  if (value === '*') return '*';
  if (/^\d{12}$/.test(value)) return { AWS: `arn:aws:iam::${value}:root` };
  if (value.startsWith('arn:')) return { AWS: value };
  if (/\.amazonaws\.com(\.cn)?$/.test(value)) return { Service: value };
  throw new AwsError(
    'InvalidParameterValueException',
    'The provided principal was invalid. Please check the principal and try again.',
    { fields: { Type: 'User' } },
  );
}

function notFound(message: string): AwsError {
  return new AwsError('ResourceNotFoundException', message, { status: 404, fields: { Type: 'User' } });
}
