import { isDeepStrictEqual } from 'node:util';
import { AwsError } from '../../kernel/errors.ts';
import type { Operation } from '../../kernel/service.ts';
import { parseArn, statesArn } from '../arns.ts';
import { arnMember, checkInput, checkName, nameMember, pageMembers } from '../constraints.ts';
import { pageOf } from '../page-token.ts';
import type { Activity } from '../records/activities.ts';
import type { States } from '../states.ts';
import { onResource } from './access.ts';
import { encryptionOf } from './configuration.ts';
import { tagsOf } from './tags.ts';

/** https://docs.aws.amazon.com/step-functions/latest/apireference/API_CreateActivity.html */
export function createActivity(states: States): Operation {
  return {
    authorize: (input, context) => [
      {
        action: 'states:CreateActivity',
        resource: statesArn(context.region, context.accountId, 'activity', String(input.name)),
      },
    ],
    handle(input, context) {
      checkInput(input, { name: { ...nameMember, required: true }, tags: { type: 'list' } });
      checkName(input.name);
      const arn = statesArn(context.region, context.accountId, 'activity', input.name);
      const encryptionConfiguration = encryptionOf(input.encryptionConfiguration);
      const existing = states.activities.get(arn);
      if (existing && !isDeepStrictEqual(existing.encryptionConfiguration, encryptionConfiguration)) {
        throw new AwsError('ActivityAlreadyExists', `Activity Already Exists: '${arn}'`);
      }
      const activity: Activity = existing ?? {
        arn,
        name: input.name,
        accountId: context.accountId,
        creationDate: states.cloud.clock.now(),
        tags: tagsOf(input.tags),
        encryptionConfiguration,
      };
      states.activities.put(activity);
      return { activityArn: arn, creationDate: new Date(activity.creationDate) };
    },
  };
}

/** Deleting what does not exist succeeds. https://docs.aws.amazon.com/step-functions/latest/apireference/API_DeleteActivity.html */
export function deleteActivity(states: States): Operation {
  return {
    authorize: onResource('DeleteActivity', 'activityArn'),
    handle(input) {
      checkInput(input, { activityArn: arnMember });
      parseArn(input.activityArn, 'activity');
      states.activities.delete(input.activityArn);
      return {};
    },
  };
}

/** https://docs.aws.amazon.com/step-functions/latest/apireference/API_DescribeActivity.html */
export function describeActivity(states: States): Operation {
  return {
    authorize: onResource('DescribeActivity', 'activityArn'),
    handle(input) {
      checkInput(input, { activityArn: arnMember });
      const activity = findActivity(states, input.activityArn);
      return {
        ...item(activity),
        encryptionConfiguration: activity.encryptionConfiguration ?? { type: 'AWS_OWNED_KEY' },
      };
    },
  };
}

/** https://docs.aws.amazon.com/step-functions/latest/apireference/API_ListActivities.html */
export function listActivities(states: States): Operation {
  return {
    handle(input, context) {
      checkInput(input, pageMembers);
      const all = states.activities
        .list()
        .filter((activity) => activity.arn.startsWith(statesArn(context.region, context.accountId, 'activity')));
      const { page, nextToken } = pageOf(all, { ...input, listing: 'ListActivities', now: states.cloud.clock.now() });
      return { activities: page.map(item), ...(nextToken && { nextToken }) };
    },
  };
}

/** The activity. Throws InvalidArn and ActivityDoesNotExist. */
export function findActivity(states: States, arn: string): Activity {
  parseArn(arn, 'activity');
  const activity = states.activities.get(arn);
  if (!activity) throw new AwsError('ActivityDoesNotExist', `Activity Does Not Exist: '${arn}'`);
  return activity;
}

function item(activity: Activity) {
  return { activityArn: activity.arn, name: activity.name, creationDate: new Date(activity.creationDate) };
}
