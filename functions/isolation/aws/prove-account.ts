import { setTimeout as pause } from 'node:timers/promises';
import { toCatalogueError } from '../../runtime/aws-errors.ts';
import { breached } from '../isolation-breached.ts';
import {
  type AwsAnswer,
  type AwsCase,
  answeredByAws,
  awsAnswerText,
  awsControlName,
  type TenantAws,
} from './aws-case.ts';
import { type AwsSubject, awsCases } from './aws-cases.ts';

/** Errors that prove nothing either way. */
const UNABLE = new Set(['AwsThrottled', 'AwsUnavailable', 'UnexpectedError']);

/** How often and after how many milliseconds a case that failed is tried again: a policy may be late in one place. */
const AGAIN = [500, 2_000];

/**
 * Proves with the tenant's own credentials that it is itself in AWS, and that each hostile call is refused by the control
 * that is meant to refuse it: the service control policies of its account, the trust policies of others.
 * @throws IsolationBreached naming every case that was answered otherwise; AwsThrottled, AwsUnavailable.
 */
export async function proveAccount(
  aws: TenantAws,
  subject: AwsSubject,
  wait: (milliseconds: number) => Promise<unknown> = pause,
): Promise<{ name: string; control: string; ok: true }[]> {
  const cases = awsCases(subject);
  let failures = await failing(aws, cases);
  for (const milliseconds of AGAIN) {
    if (failures.size === 0) break;
    await wait(milliseconds);
    failures = await failing(aws, [...failures.keys()]);
  }
  if (failures.size > 0) {
    const lines = [...failures].map(
      ([{ name, control }, answer]) => `"${name}" wants ${awsControlName(control)}, got ${awsAnswerText(answer)}`,
    );
    throw breached(`the account ${subject.accountId}`, lines);
  }
  return cases.map(({ name, control }) => ({ name, control: awsControlName(control), ok: true }));
}

async function failing(aws: TenantAws, cases: readonly AwsCase[]): Promise<Map<AwsCase, AwsAnswer>> {
  const answers = await Promise.all(cases.map(async (each) => [each, await answerTo(each, aws)] as const));
  return new Map(answers.filter(([each, answer]) => !answeredByAws(each.control, answer)));
}

async function answerTo(each: AwsCase, aws: TenantAws): Promise<AwsAnswer> {
  try {
    return { accepted: true, output: await each.call(aws) };
  } catch (error) {
    const known = toCatalogueError(error);
    if (UNABLE.has(known.name) || !(error instanceof Error)) throw known;
    return { accepted: false, code: error.name, message: error.message };
  }
}
