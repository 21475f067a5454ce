import { AwsError } from '../../kernel/errors.ts';
import { parseOperator } from './condition.ts';
import type { PolicyDocument, StatementDocument } from './document.ts';
import { isIpRange } from './ip-range.ts';
import { validateResource } from './validate-resource.ts';

/** Where a policy is attached, which decides what it has to have and must not have. */
export type PolicyKind = 'identity' | 'trust' | 'session' | 'resource';

type Json = Record<string, unknown>;

const TOP_ELEMENTS = new Set(['Version', 'Id', 'Statement']);
const STATEMENT_ELEMENTS = new Set([
  'Sid',
  'Effect',
  'Principal',
  'NotPrincipal',
  'Action',
  'NotAction',
  'Resource',
  'NotResource',
  'Condition',
]);
const STS_ACTIONS = new Set(
  [
    'AssumeRole',
    'AssumeRoleWithSAML',
    'AssumeRoleWithWebIdentity',
    'SetContext',
    'SetSourceIdentity',
    'TagSession',
    '*',
  ].map((name) => `sts:${name.toLowerCase()}`),
);
const PRINCIPAL_KINDS = new Set(['AWS', 'Service', 'Federated', 'CanonicalUser']);
const SYNTAX = 'Syntax errors in policy.';

/**
 * Parses the JSON text of a policy and checks it as IAM does when it is stored.
 * Throws AwsError MalformedPolicyDocument with IAM's text.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html
 */
export function validatePolicy(text: string, kind: PolicyKind): PolicyDocument {
  const document = parseJson(text, kind);
  for (const name of Object.keys(document)) if (!TOP_ELEMENTS.has(name)) malformed(SYNTAX);
  const { Version: version, Id: id } = document;
  if (version !== undefined && version !== '2012-10-17' && version !== '2008-10-17') malformed(SYNTAX);
  if (id !== undefined && typeof id !== 'string') malformed(SYNTAX);
  const statements = [document['Statement'] ?? []].flat() as unknown[];
  if (statements.length === 0) malformed(SYNTAX);
  for (const statement of statements) {
    if (!isObject(statement)) malformed(SYNTAX);
    validateSyntax(statement as Json);
  }
  if (kind === 'identity' && version !== '2012-10-17') {
    malformed('Policy document must be version 2012-10-17 or greater.');
  }
  validateSids(statements as Json[]);
  for (const statement of statements) validateStatement(statement as unknown as StatementDocument, kind);
  return document as unknown as PolicyDocument;
}

/** Refuses a policy with IAM's error. */
export function malformed(message: string): never {
  throw new AwsError('MalformedPolicyDocument', message);
}

function parseJson(text: string, kind: PolicyKind): Json {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    return malformed(kind === 'trust' ? 'This policy contains invalid Json' : SYNTAX);
  }
  return isObject(parsed) ? (parsed as Json) : malformed(SYNTAX);
}

function isObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isText(value: unknown): boolean {
  return typeof value === 'string' || (Array.isArray(value) && value.every((item) => typeof item === 'string'));
}

function validateSyntax(statement: Json): void {
  for (const name of Object.keys(statement)) if (!STATEMENT_ELEMENTS.has(name)) malformed(SYNTAX);
  if (statement['Effect'] !== 'Allow' && statement['Effect'] !== 'Deny') malformed(SYNTAX);
  for (const name of ['Action', 'NotAction', 'Resource', 'NotResource']) {
    if (name in statement && !isText(statement[name])) malformed(SYNTAX);
  }
  for (const name of ['Action', 'Resource', 'Principal']) {
    if (name in statement && `Not${name}` in statement) malformed(SYNTAX);
  }
  if ('Sid' in statement && typeof statement['Sid'] !== 'string') malformed(SYNTAX);
  if ('Condition' in statement) validateCondition(statement['Condition']);
}

function validateCondition(block: unknown): void {
  if (!isObject(block)) malformed(SYNTAX);
  for (const [operator, keys] of Object.entries(block as Json)) {
    const name = parseOperator(operator);
    if (!name) malformed(SYNTAX);
    if (!isObject(keys)) malformed(SYNTAX);
    for (const [key, values] of Object.entries(keys as Json)) {
      const list = [values].flat();
      if (!list.every((value) => ['string', 'number', 'boolean'].includes(typeof value))) malformed(SYNTAX);
      if (!key.includes(':'))
        malformed(`Condition key "${key}" must be prefaced by a vendor, e.g., aws, iam, ec2, etc.`);
      if (name.base.endsWith('ipaddress') && !list.every((value) => isIpRange(String(value)) || isVariable(value))) {
        malformed(`Invalid IP address in policy: ${list.join(', ')}`);
      }
    }
  }
}

function isVariable(value: unknown): boolean {
  return typeof value === 'string' && value.includes('${');
}

function validateSids(statements: readonly Json[]): void {
  const sids = statements.map((statement) => statement['Sid']).filter((sid) => sid !== undefined && sid !== '');
  if (new Set(sids).size !== sids.length) malformed('Statement IDs (SID) in a single policy must be unique.');
}

function validateStatement(statement: StatementDocument, kind: PolicyKind): void {
  const actions = [statement.Action ?? statement.NotAction ?? []].flat();
  const resources = [statement.Resource ?? statement.NotResource ?? []].flat();
  const hasPrincipal = statement.Principal !== undefined || statement.NotPrincipal !== undefined;
  if (kind !== 'resource' && statement.Sid && !/^[0-9A-Za-z]*$/.test(statement.Sid)) {
    malformed(
      'Statement IDs (SID) must be alpha-numeric. Check that your input satisfies the regular expression [0-9A-Za-z]*',
    );
  }
  if (kind === 'trust') {
    if (resources.length > 0) malformed('Has prohibited field Resource');
    if (actions.length === 0) malformed('Missing required field Action');
    if (!hasPrincipal) malformed('Missing required field Principal');
    if (actions.some((action) => !STS_ACTIONS.has(action.toLowerCase()))) {
      malformed('AssumeRole policy may only specify STS AssumeRole actions.');
    }
  } else {
    if (actions.length === 0) malformed('Policy statement must contain actions.');
    if (resources.length === 0) malformed('Policy statement must contain resources.');
  }
  if (kind === 'resource' && !hasPrincipal) malformed('Missing required field Principal');
  if ((kind === 'identity' || kind === 'session') && hasPrincipal) {
    malformed('Policy document should not specify a principal.');
  }
  for (const resource of resources) validateResource(resource);
  for (const action of actions) validateAction(action);
  if (hasPrincipal) validatePrincipal(statement.Principal ?? statement.NotPrincipal);
}

function validateAction(action: string): void {
  if (action === '*') return;
  const parts = action.split(':');
  if (parts.length === 1) {
    malformed('Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.');
  }
  if (parts.length > 2) malformed('Actions/Condition can contain only one colon.');
  if (!/^[a-zA-Z0-9\-.]+$/.test(parts[0] ?? '')) malformed(`Vendor ${parts[0]} is not valid`);
}

function validatePrincipal(element: unknown): void {
  if (element === '*') return;
  if (!isObject(element)) malformed(SYNTAX);
  for (const [kind, names] of Object.entries(element as Json)) {
    if (!PRINCIPAL_KINDS.has(kind) || !isText(names)) malformed(SYNTAX);
    for (const name of [names].flat() as string[]) {
      if (!isPrincipal(kind, name)) malformed(`Invalid principal in policy: "${kind}":"${name}"`);
    }
  }
}

function isPrincipal(kind: string, name: string): boolean {
  if (kind === 'Service') return /^[a-z0-9-]+(\.[a-z0-9-]+)*\.amazonaws\.com(\.cn)?$/.test(name);
  if (kind !== 'AWS') return name !== '';
  if (name === '*' || /^\d{12}$/.test(name) || /^A(ROA|IDA)[A-Z0-9]{12,}$/.test(name)) return true;
  // A wildcard can stand for everybody only.
  if (/[*?]/.test(name)) return false;
  return /^arn:aws[\w-]*:(iam::\d{12}:(root|user\/.+|role\/.+)|sts::\d{12}:(assumed-role\/[^/]+\/[^/]+|federated-user\/.+))$/.test(
    name,
  );
}
