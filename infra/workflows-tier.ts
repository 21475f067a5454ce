import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import type { Construct } from 'constructs';
import { stateMachineName } from './step-rights.ts';
import type { Steps } from './steps.ts';
import { adjustmentFunctions } from './steps-tier-check.ts';
import { Workflow } from './workflow.ts';

interface PlacementWorkflows {
  readonly acquirePlacement: Workflow;
  readonly releasePlacement: Workflow;
}

/** The state machines of changes of tier. */
export function createTierWorkflows(
  scope: Construct,
  prefix: string,
  steps: Steps,
  { acquirePlacement, releasePlacement }: PlacementWorkflows,
) {
  const make = (
    id: string,
    definition: string,
    functions: Record<string, IFunction>,
    workflows: Record<string, Workflow> = {},
  ) =>
    new Workflow(scope, id, {
      definition,
      stateMachineName: stateMachineName(prefix, definition),
      functions,
      workflows,
    });
  const check = { CheckTierChangeFunction: steps.checkTierChange.function };
  const gate = { AdmitFunction: steps.admit.function, LeaveGateFunction: steps.leaveGate.function };
  const operation = { ...gate, RejectRequestFunction: steps.rejectRequest.function };
  const cutOver = {
    CutOverFunction: steps.cutOver.function,
    AnnounceTierChangedFunction: steps.announceTierChanged.function,
  };
  const release = { ReleasePlacementStateMachine: releasePlacement };
  const retirement = { BeginRetirementFunction: steps.beginRetirement.function };
  const forget = { ForgetPlacementFunction: steps.forgetPlacement.function };

  const movePlacement = make(
    'MovePlacement',
    'move-placement',
    {
      ...check,
      ...retirement,
      ...forget,
      TransferWorkspaceFunction: steps.transferWorkspace.function,
      RequestMigrationFunction: steps.requestMigration.function,
    },
    { ...release, AcquirePlacementStateMachine: acquirePlacement },
  );
  const adjustPlacement = make('AdjustPlacement', 'adjust-placement', {
    ...adjustmentFunctions(steps),
    EnsureFoundationFunction: steps.ensureFoundation.function,
    EnsureNamespaceFunction: steps.ensureNamespace.function,
    EnsureVclusterFunction: steps.ensureVcluster.function,
    ProveIsolationFunction: steps.proveIsolation.function,
    ProveVclusterIsolationFunction: steps.proveVclusterIsolation.function,
  });
  const retirePlacement = make('RetirePlacement', 'retire-placement', { ...gate, ...retirement, ...forget }, release);
  const changeTier = make(
    'ChangeTier',
    'change-tier',
    {
      ...operation,
      ...cutOver,
      BeginTierChangeFunction: steps.beginTierChange.function,
      RecordFailureFunction: steps.recordFailure.function,
      AnnounceTierChangeFailedFunction: steps.announceTierChangeFailed.function,
    },
    {
      ...release,
      MovePlacementStateMachine: movePlacement,
      AdjustPlacementStateMachine: adjustPlacement,
      RetirePlacementStateMachine: retirePlacement,
    },
  );
  const reverseTierChange = make(
    'ReverseTierChange',
    'reverse-tier-change',
    { ...operation, ...cutOver, BeginReversalFunction: steps.beginReversal.function },
    { RetirePlacementStateMachine: retirePlacement },
  );
  return { changeTier, reverseTierChange, movePlacement, adjustPlacement, retirePlacement };
}
