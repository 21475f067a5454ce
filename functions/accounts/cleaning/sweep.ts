import { DescribeRegionsCommand, EC2Client } from '@aws-sdk/client-ec2';
import { cloudformationSweeper, keptOf } from './cloudformation.ts';
import { dynamodbSweeper } from './dynamodb.ts';
import { ec2Sweeper } from './ec2.ts';
import { eksSweeper } from './eks.ts';
import { eventbridgeSweeper } from './eventbridge.ts';
import { iamSweeper } from './iam.ts';
import { lambdaSweeper } from './lambda.ts';
import { logsSweeper } from './logs.ts';
import { s3Sweeper } from './s3.ts';
import { sqsSweeper } from './sqs.ts';
import { stepFunctionsSweeper } from './step-functions.ts';
import type { ClientOptions, Kept, Leftover, Sweeper } from './sweeper.ts';

/**
 * The order of removal. A stage begins when nothing of those before it is still going: stacks remove their own resources,
 * clusters hold interfaces and need their roles to the end.
 */
export const stages: readonly (readonly Sweeper[])[] = [
  [cloudformationSweeper],
  [eksSweeper, lambdaSweeper, stepFunctionsSweeper, eventbridgeSweeper, sqsSweeper, dynamodbSweeper, s3Sweeper],
  [ec2Sweeper, logsSweeper],
  [iamSweeper],
];

/** What takes minutes to go after AWS has been asked: nothing that comes later begins before it is gone. */
const SLOW: readonly Sweeper[] = [cloudformationSweeper, eksSweeper];

/** Lists in progress at a time: some hundreds are made, and AWS throttles each service by account and region. */
const CONCURRENCY = 12;

/** What one scan saw and did. */
export interface Sweep {
  /** How much there was before anything was removed. */
  found: number;
  /** What is still there, with the reason: `bucket acme-logs (us-east-1): AccessDenied: …`. */
  remaining: string[];
}

/**
 * One scan of an account in all its enabled regions: lists what does not belong there and asks AWS to remove it. What cannot
 * be removed does not stop the rest; a list that fails counts as something found. Throws what AWS throws while the account
 * cannot be entered at all, and an Error for one that has no baseline.
 */
export async function sweep(options: ClientOptions): Promise<Sweep> {
  const client = new EC2Client(options);
  const shared = { ...options, requestHandler: client.config.requestHandler };
  try {
    const kept = await keptOf(shared);
    const { Regions = [] } = await client.send(new DescribeRegionsCommand({}));
    const regions = Regions.flatMap(({ RegionName }) => RegionName ?? []).sort();
    return await sweepStages(shared, regions, kept);
  } finally {
    client.destroy();
  }
}

async function sweepStages(options: ClientOptions, regions: readonly string[], kept: Kept): Promise<Sweep> {
  const result: Sweep = { found: 0, remaining: [] };
  for (const stage of stages) {
    const places = stage.flatMap((sweeper) =>
      (sweeper.global ? [options.region] : regions).map((region) => ({ sweeper, region })),
    );
    const outcomes = await inParallel(places, ({ sweeper, region }) =>
      sweepPlace(sweeper, { ...options, region }, kept),
    );
    for (const { found, remaining } of outcomes) {
      result.found += found;
      result.remaining.push(...remaining);
    }
    if (outcomes.some(({ going }) => going)) break;
  }
  return result;
}

interface Outcome extends Sweep {
  /** Something is on its way out that what comes later has to wait for. */
  going: boolean;
}

/** One service in one region. */
async function sweepPlace(sweeper: Sweeper, options: ClientOptions, kept: Kept): Promise<Outcome> {
  const where = sweeper.global ? 'global' : options.region;
  const outcome: Outcome = { found: 0, remaining: [], going: false };
  let leftovers: Leftover[];
  try {
    leftovers = await sweeper.list(options, kept);
  } catch (error) {
    return { ...outcome, found: 1, remaining: [`${sweeper.service} (${where}) cannot be listed: ${textOf(error)}`] };
  }
  outcome.found = leftovers.length;
  for (const leftover of leftovers) {
    const kept = await removed(leftover);
    if (kept !== undefined) outcome.remaining.push(`${leftover.kind} ${leftover.name} (${where}): ${kept}`);
    if (leftover.going || (kept === undefined && SLOW.includes(sweeper))) outcome.going = true;
  }
  return outcome;
}

/** Why it is still there; `undefined` when AWS was asked to remove it and agreed. */
async function removed(leftover: Leftover): Promise<string | undefined> {
  if (leftover.going) return 'is being deleted';
  if (!leftover.remove) return leftover.keptBy ?? 'is not removed by itself';
  try {
    await leftover.remove();
    return undefined;
  } catch (error) {
    return textOf(error);
  }
}

function textOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.name === 'Error' ? error.message : `${error.name}: ${error.message}`;
}

async function inParallel<Item, Result>(
  items: readonly Item[],
  work: (item: Item) => Promise<Result>,
): Promise<Result[]> {
  const queue = items.entries();
  const results: Result[] = [];
  const worker = async () => {
    for (const [index, item] of queue) results[index] = await work(item);
  };
  await Promise.all(Array.from({ length: Math.min(CONCURRENCY, items.length) }, worker));
  return results;
}
