import type { Operation } from '../../kernel/service.ts';
import { findChild } from '../child-executions.ts';
import { arnMember, checkInput, pageMembers } from '../constraints.ts';
import type { Engine, HistoryEvent } from '../engine/contract.ts';
import { pageToken, readPageToken } from '../page-token.ts';
import type { States } from '../states.ts';
import { onResource } from './access.ts';
import { findExecution } from './find-execution.ts';

/** Members of event details that `includeExecutionData: false` leaves out. */
const DATA_MEMBERS = new Set(['input', 'inputDetails', 'output', 'outputDetails', 'assignedVariables']);

/** https://docs.aws.amazon.com/step-functions/latest/apireference/API_GetExecutionHistory.html */
export function getExecutionHistory(states: States): Operation {
  return {
    authorize: onResource('GetExecutionHistory', 'executionArn'),
    handle(input) {
      checkInput(input, {
        executionArn: arnMember,
        ...pageMembers,
        reverseOrder: { type: 'boolean' },
        includeExecutionData: { type: 'boolean' },
      });
      const { arn, mapRunArn } = findExecution(states, input.executionArn);
      const source = mapRunArn === undefined ? states.engine : childHistory(states, arn);
      const now = states.cloud.clock.now();
      const reverse = input.reverseOrder === true;
      const listing = `GetExecutionHistory ${arn} ${reverse}`;
      const size = input.maxResults || 100;
      const total = source.historyLength(arn);
      // The token holds the next event's id, so events that are appended meanwhile disturb no page.
      const from = input.nextToken ? Number(readPageToken(listing, input.nextToken, now)) : reverse ? total : 1;
      const first = reverse ? Math.max(1, from - size + 1) : from;
      const events = source.history(arn, { fromId: first, limit: reverse ? from - first + 1 : size });
      if (reverse) events.reverse();
      const next = reverse ? first - 1 : first + events.length;
      const more = reverse ? next >= 1 : next <= total;
      return {
        events: events.map((event) => shown(event, input.includeExecutionData !== false)),
        ...(more && { nextToken: pageToken(listing, next, now) }),
      };
    },
  };
}

/** The history of a Map Run's child, read as the engine reads that of any execution. */
function childHistory(states: States, arn: string): Pick<Engine, 'history' | 'historyLength'> {
  const events = findChild(states, arn)?.history() ?? [];
  return {
    historyLength: () => events.length,
    history: (_arn, { fromId = 1, limit = events.length } = {}) => events.slice(fromId - 1, fromId - 1 + limit),
  };
}

function shown(event: HistoryEvent, withData: boolean): Record<string, unknown> {
  const result: Record<string, unknown> = { ...event, timestamp: new Date(event.timestamp) };
  if (withData) return result;
  for (const [member, details] of Object.entries(event)) {
    if (typeof details !== 'object' || details === null) continue;
    result[member] = Object.fromEntries(Object.entries(details).filter(([name]) => !DATA_MEMBERS.has(name)));
  }
  return result;
}
