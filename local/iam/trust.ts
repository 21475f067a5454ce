import { AwsError } from '../kernel/errors.ts';
import { entityKey, type IamDatabase, parseEntityArn } from './database.ts';
import type { PolicyDocument, StatementDocument } from './policy/document.ts';
import type { RoleRecord } from './records.ts';

/**
 * The unique ids of the roles and users a trust policy names. IAM refuses to store one that names somebody who does not
 * exist, and keeps the id, so that a role made anew under the name is not trusted.
 * Throws AwsError MalformedPolicyDocument.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html#principal-roles
 */
export function trustedIds(database: IamDatabase, document: PolicyDocument): Record<string, string> {
  const ids: Record<string, string> = {};
  for (const arn of namedPrincipals(document)) {
    const id = currentId(database, arn);
    if (id === undefined) {
      throw new AwsError('MalformedPolicyDocument', `Invalid principal in policy: "AWS":"${arn}"`);
    }
    ids[arn] = id;
  }
  return ids;
}

/** Somebody too new is unknown to the part of IAM that checks this, as for authorisation. */
function currentId(database: IamDatabase, arn: string): string | undefined {
  const role = parseEntityArn(arn, 'role');
  if (role) return withArn(database.roles.effective(entityKey(role.accountId, role.name)).value, arn);
  const user = parseEntityArn(arn, 'user');
  return user && withArn(database.users.effective(entityKey(user.accountId, user.name)).value, arn);
}

function withArn(record: { arn: string; id: string } | undefined, arn: string): string | undefined {
  return record?.arn === arn ? record.id : undefined;
}

function namedPrincipals(document: PolicyDocument): string[] {
  return [document.Statement]
    .flat()
    .flatMap((statement) => awsPrincipals(statement))
    .filter((name) => /^arn:aws:iam::\d{12}:(role|user)\//.test(name));
}

function awsPrincipals(statement: StatementDocument): string[] {
  const element = statement.Principal ?? statement.NotPrincipal;
  return element === undefined || typeof element === 'string' ? [] : [element['AWS'] ?? []].flat();
}

const evaluated = new WeakMap<RoleRecord, string>();

/** The trust policy (JSON text) as it is evaluated: whom it names is known by unique id. */
export function evaluatedTrustPolicy(role: RoleRecord): string {
  const known = evaluated.get(role);
  if (known !== undefined) return known;
  const document = JSON.parse(role.trustPolicy) as PolicyDocument;
  const text = JSON.stringify(mapPrincipals(document, (name) => role.trustedIds[name] ?? name));
  evaluated.set(role, text);
  return text;
}

/** The text that GetRole shows: instead of the ARN of somebody who is gone stands the unique id. */
export function shownTrustPolicy(database: IamDatabase, role: RoleRecord): string {
  const gone = (name: string) => {
    const id = role.trustedIds[name];
    const entity = parseEntityArn(name, 'role');
    const user = parseEntityArn(name, 'user');
    const now = entity
      ? database.roles.get(entityKey(entity.accountId, entity.name))?.id
      : user && database.users.get(entityKey(user.accountId, user.name))?.id;
    return id !== undefined && id !== now ? id : name;
  };
  if (!Object.keys(role.trustedIds).some((name) => gone(name) !== name)) return role.trustPolicy;
  return JSON.stringify(mapPrincipals(JSON.parse(role.trustPolicy) as PolicyDocument, gone));
}

function mapPrincipals(document: PolicyDocument, change: (name: string) => string): PolicyDocument {
  const mapElement = (element: StatementDocument['Principal']): StatementDocument['Principal'] => {
    if (element === undefined || element === '*' || element['AWS'] === undefined) return element;
    return { ...element, AWS: [element['AWS']].flat().map(change) };
  };
  const statements = [document.Statement].flat().map((statement) => ({
    ...statement,
    ...(statement.Principal && { Principal: mapElement(statement.Principal) }),
    ...(statement.NotPrincipal && { NotPrincipal: mapElement(statement.NotPrincipal) }),
  }));
  return { ...document, Statement: statements as StatementDocument[] };
}
