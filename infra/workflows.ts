import type { Construct } from 'constructs';
import { type Steps, stateMachineName } from './steps.ts';
import { Workflow } from './workflow.ts';

export interface Workflows {
  readonly onboardTenant: Workflow;
  readonly acquirePlacement: Workflow;
  readonly releasePlacement: Workflow;
}

/** The state machines, each with the functions that its definition names. */
export function createWorkflows(scope: Construct, prefix: string, steps: Steps): Workflows {
  const acquirePlacement = new Workflow(scope, 'AcquirePlacement', {
    definition: 'acquire-placement',
    stateMachineName: stateMachineName(prefix, 'acquire-placement'),
    functions: {
      EnsureAccountFunction: steps.ensureAccount.function,
      EnsureFoundationFunction: steps.ensureFoundation.function,
      EnsureClusterAccessFunction: steps.ensureClusterAccess.function,
      EnsureClusterBaselineFunction: steps.ensureClusterBaseline.function,
      EnsureNamespaceFunction: steps.ensureNamespace.function,
      ProveIsolationFunction: steps.proveIsolation.function,
    },
  });
  const releasePlacement = new Workflow(scope, 'ReleasePlacement', {
    definition: 'release-placement',
    stateMachineName: stateMachineName(prefix, 'release-placement'),
    functions: {
      PlanReleaseFunction: steps.planRelease.function,
      ReleaseNamespaceFunction: steps.releaseNamespace.function,
      ReleaseClusterAccessFunction: steps.releaseClusterAccess.function,
      ReleaseFoundationFunction: steps.releaseFoundation.function,
      ReleaseAccountFunction: steps.releaseAccount.function,
    },
  });
  const onboardTenant = new Workflow(scope, 'OnboardTenant', {
    definition: 'onboard-tenant',
    stateMachineName: stateMachineName(prefix, 'onboard-tenant'),
    functions: {
      AdmitFunction: steps.admit.function,
      RegisterTenantFunction: steps.registerTenant.function,
      ActivateTenantFunction: steps.activateTenant.function,
      AnnounceReadyFunction: steps.announceReady.function,
      LeaveGateFunction: steps.leaveGate.function,
      RecordFailureFunction: steps.recordFailure.function,
      AnnounceFailedFunction: steps.announceFailed.function,
      RejectRequestFunction: steps.rejectRequest.function,
    },
    workflows: { AcquirePlacementStateMachine: acquirePlacement, ReleasePlacementStateMachine: releasePlacement },
  });
  return { onboardTenant, acquirePlacement, releasePlacement };
}
