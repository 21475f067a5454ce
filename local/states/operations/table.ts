import type { Operation } from '../../kernel/service.ts';
import type { Engine, EngineHost } from '../engine/contract.ts';
import type { States } from '../states.ts';
import { createActivity, deleteActivity, describeActivity, listActivities } from './activities.ts';
import {
  createStateMachineAlias,
  deleteStateMachineAlias,
  describeStateMachineAlias,
  listStateMachineAliases,
  updateStateMachineAlias,
} from './aliases.ts';
import { createStateMachine } from './create-state-machine.ts';
import { deleteStateMachine } from './delete-state-machine.ts';
import { describeExecution } from './describe-execution.ts';
import { describeStateMachine, describeStateMachineForExecution } from './describe-state-machine.ts';
import { getActivityTask } from './get-activity-task.ts';
import { getExecutionHistory } from './get-execution-history.ts';
import { listExecutions } from './list-executions.ts';
import { listStateMachines } from './list-state-machines.ts';
import { describeMapRun, listMapRuns, updateMapRun } from './map-runs.ts';
import { publishStateMachineVersion } from './publish-version.ts';
import { redriveExecution } from './redrive-execution.ts';
import { sendTaskFailure, sendTaskHeartbeat, sendTaskSuccess } from './send-task.ts';
import { startExecution } from './start-execution.ts';
import { startSyncExecution } from './start-sync-execution.ts';
import { stopExecution } from './stop-execution.ts';
import { listTagsForResource, tagResource, untagResource } from './tags.ts';
import { testState } from './test-state.ts';
import { updateStateMachine } from './update-state-machine.ts';
import { validateStateMachineDefinition } from './validate-definition.ts';
import { deleteStateMachineVersion, listStateMachineVersions } from './versions.ts';

/** Every operation of the Step Functions API. https://docs.aws.amazon.com/step-functions/latest/apireference/API_Operations.html */
export function statesOperations(
  states: States,
  createEngine: (host: EngineHost) => Engine,
): Record<string, Operation> {
  return {
    CreateActivity: createActivity(states),
    CreateStateMachine: createStateMachine(states),
    CreateStateMachineAlias: createStateMachineAlias(states),
    DeleteActivity: deleteActivity(states),
    DeleteStateMachine: deleteStateMachine(states),
    DeleteStateMachineAlias: deleteStateMachineAlias(states),
    DeleteStateMachineVersion: deleteStateMachineVersion(states),
    DescribeActivity: describeActivity(states),
    DescribeExecution: describeExecution(states),
    DescribeMapRun: describeMapRun(states),
    DescribeStateMachine: describeStateMachine(states),
    DescribeStateMachineAlias: describeStateMachineAlias(states),
    DescribeStateMachineForExecution: describeStateMachineForExecution(states),
    GetActivityTask: getActivityTask(states),
    GetExecutionHistory: getExecutionHistory(states),
    ListActivities: listActivities(states),
    ListExecutions: listExecutions(states),
    ListMapRuns: listMapRuns(states),
    ListStateMachineAliases: listStateMachineAliases(states),
    ListStateMachines: listStateMachines(states),
    ListStateMachineVersions: listStateMachineVersions(states),
    ListTagsForResource: listTagsForResource(states),
    PublishStateMachineVersion: publishStateMachineVersion(states),
    RedriveExecution: redriveExecution(states),
    SendTaskFailure: sendTaskFailure(states),
    SendTaskHeartbeat: sendTaskHeartbeat(states),
    SendTaskSuccess: sendTaskSuccess(states),
    StartExecution: startExecution(states),
    StartSyncExecution: startSyncExecution(states),
    StopExecution: stopExecution(states),
    TagResource: tagResource(states),
    TestState: testState(states, createEngine),
    UntagResource: untagResource(states),
    UpdateMapRun: updateMapRun(states),
    UpdateStateMachine: updateStateMachine(states),
    UpdateStateMachineAlias: updateStateMachineAlias(states),
    ValidateStateMachineDefinition: validateStateMachineDefinition(),
  };
}
