import { AwsError } from '../../kernel/errors.ts';
import type { OperationInput, RequestContext } from '../../kernel/service.ts';
import { busAddress, busArn, parseArn, replayArn } from '../arns.ts';
import { page } from '../paging.ts';
import type { EventsParts, Operations } from '../parts.ts';
import type { ReplayRecord } from '../records.ts';
import { instant, optionalText, requiredText, resourceNotFound, validationError } from '../validation.ts';
import { archiveKey } from './archives.ts';
import { type Replays, replayKey } from './replays.ts';

const REPLAY_NAME = { most: 64, pattern: /^[.\-_A-Za-z0-9]+$/ };
/** https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-quota.html */
const MOST_RUNNING = 10;

/** StartReplay, DescribeReplay, ListReplays, CancelReplay. */
export function replayOperations(parts: EventsParts, replays: Replays): Operations {
  const authorize = (operation: string) => (input: OperationInput, context: RequestContext) => [
    { action: `events:${operation}`, resource: replayArn(context, String(input.ReplayName)) },
  ];
  return {
    StartReplay: {
      authorize: authorize('StartReplay'),
      handle: (input, context) => start(parts, replays, input, context),
    },
    DescribeReplay: {
      authorize: authorize('DescribeReplay'),
      handle: (input, context) => described(existing(parts, input, context)),
    },
    ListReplays: { handle: (input, context) => list(parts, input, context) },
    CancelReplay: { authorize: authorize('CancelReplay'), handle: (input, context) => cancel(parts, input, context) },
  };
}

function start(parts: EventsParts, replays: Replays, input: OperationInput, context: RequestContext): unknown {
  const name = requiredText('replayName', input.ReplayName, REPLAY_NAME);
  const archiveArn = requiredText('eventSourceArn', input.EventSourceArn, { most: 1600 });
  const archiveName = parseArn(archiveArn)?.resource.replace(/^archive\//, '') ?? '';
  const archive = parts.records.archives.get(archiveKey(context, archiveName));
  if (archive?.arn !== archiveArn) {
    throw validationError(`Parameter EventSourceArn is not valid. Reason: Archive ${archiveName} does not exist.`);
  }
  const destination = requiredText('destination.arn', input.Destination?.Arn, { most: 1600 });
  const bus = busAddress(destination, context);
  if (!bus || busArn(bus) !== busArn(archive.bus)) {
    throw validationError('Parameter Destination.Arn is not valid. Reason: Cross event bus replay is not permitted.');
  }
  if (parts.records.replays.get(replayKey(context, name))) {
    throw new AwsError('ResourceAlreadyExistsException', `Replay ${name} already exists.`);
  }
  if (
    parts.records.replays.entries(replayKey(context, '')).filter(([, replay]) => !replay.endedAt).length >= MOST_RUNNING
  ) {
    throw new AwsError('LimitExceededException', 'The requested resource exceeds the maximum number allowed.');
  }
  const { from, to } = timeRange(input);
  const replay: ReplayRecord = {
    name,
    arn: replayArn(context, name),
    archiveArn,
    bus,
    ruleArns: Array.isArray(input.Destination?.FilterArns) ? input.Destination.FilterArns.map(String) : [],
    ...(input.Description !== undefined && {
      description: requiredText('description', input.Description, { least: 0, most: 512 }),
    }),
    state: 'STARTING',
    from,
    to,
    startedAt: parts.cloud.clock.now(),
  };
  parts.records.replays.put(replayKey(context, name), replay);
  replays.start(replay);
  return { ReplayArn: replay.arn, State: 'STARTING', ReplayStartTime: new Date(replay.startedAt) };
}

function timeRange(input: OperationInput): { from: number; to: number } {
  const from = instant(input.EventStartTime);
  const to = instant(input.EventEndTime);
  if (from === undefined || to === undefined)
    throw validationError('Parameters EventStartTime and EventEndTime must be given.');
  if (to <= from) {
    throw validationError('Parameter EventEndTime is not valid. Reason: EventStartTime must be before EventEndTime.');
  }
  return { from, to };
}

function existing(parts: EventsParts, input: OperationInput, context: RequestContext): ReplayRecord {
  const name = requiredText('replayName', input.ReplayName, REPLAY_NAME);
  const replay = parts.records.replays.get(replayKey(context, name));
  if (!replay) throw resourceNotFound(`Replay ${name} does not exist.`);
  return replay;
}

function cancel(parts: EventsParts, input: OperationInput, context: RequestContext): unknown {
  const replay = existing(parts, input, context);
  if (replay.state !== 'STARTING' && replay.state !== 'RUNNING') {
    throw new AwsError('IllegalStatusException', `Replay ${replay.name} is not in a valid state for this operation.`);
  }
  parts.records.replays.put(replayKey(context, replay.name), { ...replay, state: 'CANCELLING' });
  return { ReplayArn: replay.arn, State: 'CANCELLING' };
}

function list(parts: EventsParts, input: OperationInput, context: RequestContext): unknown {
  const prefix = optionalText('namePrefix', input.NamePrefix, REPLAY_NAME) ?? '';
  const replays = parts.records.replays
    .entries(replayKey(context, prefix))
    .map(([, replay]) => replay)
    .filter((replay) => input.State === undefined || replay.state === input.State)
    .filter((replay) => input.EventSourceArn === undefined || replay.archiveArn === input.EventSourceArn);
  const { items, NextToken } = page(replays, input);
  return { Replays: items.map(summary), NextToken };
}

function summary(replay: ReplayRecord): Record<string, unknown> {
  const date = (time: number | undefined) => (time === undefined ? undefined : new Date(time));
  return {
    ReplayName: replay.name,
    EventSourceArn: replay.archiveArn,
    State: replay.state,
    StateReason: replay.stateReason,
    EventStartTime: date(replay.from),
    EventEndTime: date(replay.to),
    EventLastReplayedTime: date(replay.lastReplayedAt),
    ReplayStartTime: date(replay.startedAt),
    ReplayEndTime: date(replay.endedAt),
  };
}

function described(replay: ReplayRecord): Record<string, unknown> {
  const destination = { Arn: busArn(replay.bus), ...(replay.ruleArns.length > 0 && { FilterArns: replay.ruleArns }) };
  return { ReplayArn: replay.arn, Description: replay.description, ...summary(replay), Destination: destination };
}
