import { AwsError } from '../../kernel/errors.ts';
import type { Operation } from '../../kernel/service.ts';
import { parseArn } from '../arns.ts';
import { arnMember, checkInput, pageMembers } from '../constraints.ts';
import { DISTRIBUTED_CONCURRENCY } from '../engine/states/map-distributed.ts';
import { pageOf } from '../page-token.ts';
import type { MapRun } from '../records/map-runs.ts';
import type { States } from '../states.ts';
import { onResource } from './access.ts';
import { findExecution } from './find-execution.ts';

const mapRunMember = { type: 'string', required: true, min: 1, max: 2000 } as const;

/** https://docs.aws.amazon.com/step-functions/latest/apireference/API_DescribeMapRun.html */
export function describeMapRun(states: States): Operation {
  return {
    authorize: onResource('DescribeMapRun', 'mapRunArn'),
    handle(input) {
      checkInput(input, { mapRunArn: mapRunMember });
      const run = findMapRun(states, input.mapRunArn);
      return {
        mapRunArn: run.arn,
        executionArn: run.executionArn,
        status: run.status,
        startDate: new Date(run.startDate),
        ...(run.stopDate !== undefined && { stopDate: new Date(run.stopDate) }),
        ...progressOf(states, run),
        redriveCount: run.redriveCount,
        ...(run.redriveDate !== undefined && { redriveDate: new Date(run.redriveDate) }),
      };
    },
  };
}

/** https://docs.aws.amazon.com/step-functions/latest/apireference/API_ListMapRuns.html */
export function listMapRuns(states: States): Operation {
  return {
    authorize: onResource('ListMapRuns', 'executionArn'),
    handle(input) {
      checkInput(input, { executionArn: arnMember, ...pageMembers });
      const execution = findExecution(states, input.executionArn);
      const listing = `ListMapRuns ${execution.arn}`;
      const runs = states.mapRuns.of(execution.arn);
      const { page, nextToken } = pageOf(runs, { ...input, listing, now: states.cloud.clock.now() });
      return {
        mapRuns: page.map((run) => ({
          executionArn: run.executionArn,
          mapRunArn: run.arn,
          stateMachineArn: run.stateMachineArn,
          startDate: new Date(run.startDate),
          ...(run.stopDate !== undefined && { stopDate: new Date(run.stopDate) }),
        })),
        ...(nextToken && { nextToken }),
      };
    },
  };
}

/**
 * UpdateMapRun: the new bounds count at once.
 * https://docs.aws.amazon.com/step-functions/latest/apireference/API_UpdateMapRun.html
 */
export function updateMapRun(states: States): Operation {
  return {
    authorize: onResource('UpdateMapRun', 'mapRunArn'),
    handle(input) {
      checkInput(input, {
        mapRunArn: mapRunMember,
        maxConcurrency: { type: 'integer', min: 0 },
        toleratedFailurePercentage: { type: 'float', min: 0, max: 100 },
        toleratedFailureCount: { type: 'integer', min: 0 },
      });
      const run = findMapRun(states, input.mapRunArn);
      if (run.status !== 'RUNNING') {
        throw new AwsError('ValidationException', `Map Run is ${run.status} and cannot be updated: '${run.arn}'`);
      }
      const { maxConcurrency, toleratedFailurePercentage, toleratedFailureCount } = input;
      const bounds = { maxConcurrency, toleratedFailurePercentage, toleratedFailureCount };
      states.engine.updateMapRun(run.executionArn, run.arn, bounds);
      return {};
    },
  };
}

/** Bounds and counts of now. Items count as the child execution that has them. */
function progressOf(states: States, run: MapRun) {
  const view = states.engine.mapRuns(run.executionArn).find(({ mapRunArn }) => mapRunArn === run.arn);
  const { sizes = [], children = [] } = view ?? {};
  const counts = (items: (size: number) => number) => {
    const sum = (list: readonly number[]) => list.reduce((total, size) => total + items(size), 0);
    const of = (status: string) => sum(children.filter((child) => child.status === status).map((child) => child.items));
    return {
      pending: sum(sizes.slice(children.length)),
      running: of('RUNNING'),
      succeeded: of('SUCCEEDED'),
      failed: of('FAILED'),
      timedOut: 0,
      aborted: of('ABORTED'),
      total: sum(sizes),
      resultsWritten: 0,
    };
  };
  return {
    maxConcurrency: view?.maxConcurrency === DISTRIBUTED_CONCURRENCY ? 0 : (view?.maxConcurrency ?? 0),
    toleratedFailurePercentage: view?.toleratedFailurePercentage ?? 0,
    toleratedFailureCount: view?.toleratedFailureCount ?? 0,
    itemCounts: counts((size) => size),
    executionCounts: counts(() => 1),
  };
}

function findMapRun(states: States, arn: string): MapRun {
  parseArn(arn, 'mapRun');
  const run = states.mapRuns.get(arn);
  if (!run)
    throw new AwsError('ResourceNotFound', `Map Run does not exist: '${arn}'`, { fields: { resourceName: arn } });
  return run;
}
