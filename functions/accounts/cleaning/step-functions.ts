import {
  DeleteActivityCommand,
  DeleteStateMachineCommand,
  DescribeStateMachineCommand,
  ListActivitiesCommand,
  ListStateMachinesCommand,
  SFNClient,
} from '@aws-sdk/client-sfn';
import { everyPage, isError, type Leftover, type Sweeper } from './sweeper.ts';

/** State machines, whose executions AWS ends, and activities. https://docs.aws.amazon.com/step-functions/latest/apireference/ */
export const stepFunctionsSweeper: Sweeper = {
  service: 'states',
  async list(options) {
    const client = new SFNClient(options);
    const machines = await everyPage(
      (nextToken) => client.send(new ListStateMachinesCommand({ nextToken })),
      ({ stateMachines }) => stateMachines,
      ({ nextToken }) => nextToken,
    );
    const activities = await everyPage(
      (nextToken) => client.send(new ListActivitiesCommand({ nextToken })),
      (page) => page.activities,
      ({ nextToken }) => nextToken,
    );
    const found = await Promise.all(machines.map(({ stateMachineArn = '' }) => machine(client, stateMachineArn)));
    return [
      ...found.flat(),
      ...activities.map(({ activityArn = '' }) => ({
        kind: 'activity',
        name: activityArn,
        async remove() {
          await client.send(new DeleteActivityCommand({ activityArn }));
        },
      })),
    ];
  },
};

async function machine(client: SFNClient, stateMachineArn: string): Promise<Leftover[]> {
  try {
    const { status } = await client.send(new DescribeStateMachineCommand({ stateMachineArn }));
    return [
      {
        kind: 'state machine',
        name: stateMachineArn,
        going: status === 'DELETING',
        async remove() {
          await client.send(new DeleteStateMachineCommand({ stateMachineArn }));
        },
      },
    ];
  } catch (error) {
    if (isError(error, 'StateMachineDoesNotExist')) return [];
    throw error;
  }
}
