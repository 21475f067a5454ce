import type { Caller } from '../../kernel/service.ts';
import { type ArnPattern, compileArn, matchesArn } from './arn-pattern.ts';
import { type Condition, compileCondition } from './condition.ts';
import type { ConditionContext } from './condition-context.ts';
import type { StatementDocument } from './document.ts';
import { matchPrincipal, type PrincipalElement, type PrincipalMatch, parsePrincipal } from './principal.ts';
import { compilePattern, matchesPattern, type Pattern } from './wildcard.ts';

/** A statement made ready for evaluation. */
export interface Statement {
  readonly sid?: string;
  readonly effect: 'Allow' | 'Deny';
  readonly actions: ActionSet;
  readonly notActions: boolean;
  /** Absent in trust policies: they are about the role they belong to. */
  readonly resources?: readonly ArnPattern[];
  readonly notResources: boolean;
  readonly principal?: PrincipalElement;
  readonly notPrincipal: boolean;
  readonly conditions: readonly Condition[];
}

interface ActionSet {
  readonly exact: ReadonlySet<string>;
  readonly patterns: readonly Pattern[];
}

/** What a statement is asked. */
export interface StatementQuestion {
  readonly caller: Caller;
  /** Lower case. */
  readonly action: string;
  readonly resource: string;
  readonly context: ConditionContext;
}

/** Compiles a validated statement; `variables` by the version of its document. */
export function compileStatement(document: StatementDocument, variables: boolean): Statement {
  const actions = [document.Action ?? document.NotAction ?? []].flat();
  const resources = document.Resource ?? document.NotResource;
  const principal = document.Principal ?? document.NotPrincipal;
  return {
    ...(document.Sid !== undefined && { sid: document.Sid }),
    effect: document.Effect,
    actions: compileActions(actions),
    notActions: document.NotAction !== undefined,
    ...(resources !== undefined && { resources: [resources].flat().map((arn) => compileArn(arn, variables)) }),
    notResources: document.NotResource !== undefined,
    ...(principal !== undefined && { principal: parsePrincipal(principal) }),
    notPrincipal: document.NotPrincipal !== undefined,
    conditions: Object.entries(document.Condition ?? {}).flatMap(([operator, keys]) =>
      Object.entries(keys).map(([key, values]) =>
        compileCondition(operator, key, [values].flat().map(String), variables),
      ),
    ),
  };
}

function compileActions(actions: readonly string[]): ActionSet {
  const lower = actions.map((action) => action.toLowerCase());
  return {
    exact: new Set(lower.filter((action) => !/[*?]/.test(action))),
    patterns: lower.filter((action) => /[*?]/.test(action)).map(compilePattern),
  };
}

/**
 * How the statement applies: `none` if it does not, else how its principal matched (`identity` where it has none, since
 * it is attached to the caller).
 */
export function appliesTo(statement: Statement, question: StatementQuestion): PrincipalMatch | 'identity' | 'none' {
  const { actions, resources } = statement;
  const named =
    actions.exact.has(question.action) || actions.patterns.some((pattern) => matchesPattern(pattern, question.action));
  if (named === statement.notActions) return 'none';
  if (resources) {
    const covered = resources.some((arn) => matchesArn(arn, question.resource, question.context));
    if (covered === statement.notResources) return 'none';
  }
  const match = principalOf(statement, question.caller);
  if (match === 'none') return 'none';
  for (const condition of statement.conditions) if (!condition(question.context)) return 'none';
  return match;
}

function principalOf(statement: Statement, caller: Caller): PrincipalMatch | 'identity' | 'none' {
  if (!statement.principal) return 'identity';
  const match = matchPrincipal(statement.principal, caller);
  if (statement.notPrincipal) return match === undefined ? 'anyone' : 'none';
  return match ?? 'none';
}
