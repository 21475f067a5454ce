import {
  DeleteEventSourceMappingCommand,
  DeleteFunctionCommand,
  LambdaClient,
  ListEventSourceMappingsCommand,
  ListFunctionsCommand,
} from '@aws-sdk/client-lambda';
import { everyPage, orGone, type Sweeper } from './sweeper.ts';

const GONE = 'ResourceNotFoundException';

/** Functions with their versions and aliases, and what feeds them. https://docs.aws.amazon.com/lambda/latest/api/ */
export const lambdaSweeper: Sweeper = {
  service: 'lambda',
  async list(options) {
    const client = new LambdaClient(options);
    const mappings = await everyPage(
      (Marker) => client.send(new ListEventSourceMappingsCommand({ Marker })),
      ({ EventSourceMappings }) => EventSourceMappings,
      ({ NextMarker }) => NextMarker,
    );
    const functions = await everyPage(
      (Marker) => client.send(new ListFunctionsCommand({ Marker })),
      ({ Functions }) => Functions,
      ({ NextMarker }) => NextMarker,
    );
    return [
      ...mappings.map(({ UUID = '', State }) => ({
        kind: 'event source mapping',
        name: UUID,
        going: State === 'Deleting',
        remove: () => orGone(client.send(new DeleteEventSourceMappingCommand({ UUID })), GONE),
      })),
      ...functions.map(({ FunctionName = '' }) => ({
        kind: 'function',
        name: FunctionName,
        remove: () => orGone(client.send(new DeleteFunctionCommand({ FunctionName })), GONE),
      })),
    ];
  },
};
