import { AwsError } from '../kernel/errors.ts';

export type ResourceKind = 'stateMachine' | 'execution' | 'express' | 'activity' | 'mapRun';

/** A Step Functions ARN taken apart. */
export interface StatesArn {
  readonly kind: ResourceKind;
  readonly region: string;
  readonly accountId: string;
  /** What follows the kind, split at colons: `[machine, version or alias]`, `[machine, execution]`, … */
  readonly parts: readonly string[];
}

const ARN = /^arn:(aws|aws-cn|aws-us-gov|<partition>):states:([a-z0-9-]+):(\d{12}):([A-Za-z]+):(.+)$/;
const KINDS: readonly string[] = ['stateMachine', 'execution', 'express', 'activity', 'mapRun'];

/** Takes `text` apart. Throws InvalidArn, also when the resource is none of `kinds`. */
export function parseArn(text: string, ...kinds: readonly ResourceKind[]): StatesArn {
  if (!text.startsWith('arn:')) throw invalidArn(`Invalid ARN prefix: ${text}`);
  const match = ARN.exec(text);
  const [, , region = '', accountId = '', kind = '', rest = ''] = match ?? [];
  if (!match || !KINDS.includes(kind)) throw invalidArn(`Invalid ARN: ${text}`);
  if (!kinds.includes(kind as ResourceKind)) throw invalidArn(`Resource type not valid in this context: ${kind}`);
  const parts = rest.split(':');
  const most = kind === 'express' ? 3 : kind === 'activity' ? 1 : 2;
  if (parts.length > most || parts.some((part) => part === '')) throw invalidArn(`Invalid ARN: ${text}`);
  return { kind: kind as ResourceKind, region, accountId, parts };
}

/** `Invalid Arn: '…'`, as Step Functions words it. */
export function invalidArn(reason: string): AwsError {
  return new AwsError('InvalidArn', `Invalid Arn: '${reason}'`);
}

/** `arn:aws:states:REGION:ACCOUNT:KIND:PARTS` */
export function statesArn(region: string, accountId: string, kind: ResourceKind, ...parts: readonly string[]): string {
  return `arn:aws:states:${region}:${accountId}:${kind}:${parts.join(':')}`;
}

/** The state machine's own ARN, without version, alias or the label of a distributed Map. */
export function machineArnOf(arn: StatesArn): string {
  const name = arn.parts[0]?.split('/')[0] ?? '';
  return statesArn(arn.region, arn.accountId, 'stateMachine', name);
}

/** Splits the mock test case off: `…:stateMachine:Orders#HappyPath`. */
export function splitTestCase(arn: string): { arn: string; testCase?: string } {
  const mark = arn.indexOf('#');
  return mark < 0 ? { arn } : { arn: arn.slice(0, mark), testCase: arn.slice(mark + 1) };
}
