import { compileStatement, type Statement } from './statement.ts';

/** A policy document as written, after validation. */
export interface PolicyDocument {
  readonly Version?: '2008-10-17' | '2012-10-17';
  readonly Id?: string;
  readonly Statement: StatementDocument | readonly StatementDocument[];
}

export interface StatementDocument {
  readonly Sid?: string;
  readonly Effect: 'Allow' | 'Deny';
  readonly Principal?: '*' | Readonly<Record<string, string | readonly string[]>>;
  readonly NotPrincipal?: '*' | Readonly<Record<string, string | readonly string[]>>;
  readonly Action?: string | readonly string[];
  readonly NotAction?: string | readonly string[];
  readonly Resource?: string | readonly string[];
  readonly NotResource?: string | readonly string[];
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, ConditionValue | readonly ConditionValue[]>>>>;
}

export type ConditionValue = string | number | boolean;

/** A policy made ready for evaluation. */
export interface Policy {
  readonly statements: readonly Statement[];
}

/** Texts recur with every request, so each is compiled once. */
const compiled = new Map<string, Policy>();
const LARGEST_CACHE = 5_000;

/**
 * Compiles the JSON text of a policy that was validated when it was stored. Throws SyntaxError or TypeError for one
 * that was not.
 */
export function compilePolicy(text: string): Policy {
  const known = compiled.get(text);
  if (known) return known;
  const policy = compileDocument(JSON.parse(text) as PolicyDocument);
  if (compiled.size >= LARGEST_CACHE) compiled.clear();
  compiled.set(text, policy);
  return policy;
}

/** `compilePolicy` for a document that is parsed already; not cached. */
export function compileDocument(document: PolicyDocument): Policy {
  const variables = document.Version === '2012-10-17';
  return { statements: [document.Statement].flat().map((statement) => compileStatement(statement, variables)) };
}
