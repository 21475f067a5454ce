import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import type { Construct } from 'constructs';
import { stateMachineName } from './step-rights.ts';
import type { Steps } from './steps.ts';
import type { AccountSteps } from './steps-accounts.ts';
import { Workflow } from './workflow.ts';
import { createTierWorkflows } from './workflows-tier.ts';

export interface Workflows {
  readonly onboardTenant: Workflow;
  readonly suspendTenant: Workflow;
  readonly resumeTenant: Workflow;
  readonly deprovisionTenant: Workflow;
  readonly changeTier: Workflow;
  readonly reverseTierChange: Workflow;
  readonly movePlacement: Workflow;
  readonly adjustPlacement: Workflow;
  readonly retirePlacement: Workflow;
  /** Those of operations: events start them. */
  readonly operations: readonly Workflow[];
  readonly acquirePlacement: Workflow;
  readonly releasePlacement: Workflow;
  /** Absent where no accounts are vended. */
  readonly accounts?: AccountWorkflows | undefined;
}

export interface AccountWorkflows {
  readonly vendAccount: Workflow;
  readonly cleanAccount: Workflow;
  readonly closeAccount: Workflow;
}

/** States of acquire-placement that only accounts of tenants' own need. */
const CLAIMING = [
  'ClaimAccount',
  'AccountClaimed',
  'VendAccount',
  'AccountNotVended',
  'PaceAssignment',
  'AssignAccount',
];

/** The state machines, each with the functions that its definition names. */
export function createWorkflows(scope: Construct, prefix: string, steps: Steps): Workflows {
  const accounts = steps.accounts && createAccountWorkflows(scope, prefix, steps.accounts);
  const acquirePlacement = new Workflow(scope, 'AcquirePlacement', {
    definition: 'acquire-placement',
    stateMachineName: stateMachineName(prefix, 'acquire-placement'),
    functions: {
      EnsureAccountFunction: steps.ensureAccount.function,
      EnsureFoundationFunction: steps.ensureFoundation.function,
      EnsureClusterFunction: steps.ensureCluster.function,
      EnsureClusterAccessFunction: steps.ensureClusterAccess.function,
      EnsureClusterBaselineFunction: steps.ensureClusterBaseline.function,
      EnsureNamespaceFunction: steps.ensureNamespace.function,
      EnsureVclusterFunction: steps.ensureVcluster.function,
      ProveVclusterIsolationFunction: steps.proveVclusterIsolation.function,
      ProveIsolationFunction: steps.proveIsolation.function,
      ...(steps.accounts && {
        ClaimAccountFunction: steps.accounts.claimAccount.function,
        AssignAccountFunction: steps.accounts.assignAccount.function,
      }),
    },
    ...(accounts ? { workflows: { VendAccountStateMachine: accounts.vendAccount } } : { without: CLAIMING }),
  });
  const releasePlacement = new Workflow(scope, 'ReleasePlacement', {
    definition: 'release-placement',
    stateMachineName: stateMachineName(prefix, 'release-placement'),
    functions: {
      PlanReleaseFunction: steps.planRelease.function,
      ReleaseNamespaceFunction: steps.releaseNamespace.function,
      ReleaseVclusterFunction: steps.releaseVcluster.function,
      UnprotectClusterFunction: steps.unprotectCluster.function,
      ReleaseClusterFunction: steps.releaseCluster.function,
      ReleaseClusterAccessFunction: steps.releaseClusterAccess.function,
      ReleaseFoundationFunction: steps.releaseFoundation.function,
      ReleaseAccountFunction: steps.releaseAccount.function,
    },
    ...(accounts
      ? { workflows: { CleanAccountStateMachine: accounts.cleanAccount } }
      : { without: ['ReleaseDedicatedAccount'] }),
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
  const life = createLifeWorkflows(scope, prefix, steps, releasePlacement);
  const tier = createTierWorkflows(scope, prefix, steps, { acquirePlacement, releasePlacement });
  const operations = [onboardTenant, ...Object.values(life), tier.changeTier, tier.reverseTierChange];
  return { onboardTenant, ...life, ...tier, operations, acquirePlacement, releasePlacement, accounts };
}

function createLifeWorkflows(scope: Construct, prefix: string, steps: Steps, releasePlacement: Workflow) {
  const make = (id: string, definition: string, functions: Record<string, IFunction>, workflows = {}) =>
    new Workflow(scope, id, {
      definition,
      stateMachineName: stateMachineName(prefix, definition),
      functions: {
        AdmitFunction: steps.admit.function,
        RejectRequestFunction: steps.rejectRequest.function,
        LeaveGateFunction: steps.leaveGate.function,
        ...functions,
      },
      workflows,
    });
  const begin = { BeginOperationFunction: steps.beginOperation.function };
  const suspend = { SuspendWorkspaceFunction: steps.suspendWorkspace.function };
  const resume = {
    ResumeWorkspaceFunction: steps.resumeWorkspace.function,
    AnnounceResumedFunction: steps.announceResumed.function,
  };
  return {
    suspendTenant: make('SuspendTenant', 'suspend-tenant', {
      ...begin,
      ...suspend,
      AnnounceSuspendedFunction: steps.announceSuspended.function,
    }),
    resumeTenant: make('ResumeTenant', 'resume-tenant', { ...begin, ...resume }),
    deprovisionTenant: make(
      'DeprovisionTenant',
      'deprovision-tenant',
      {
        ...suspend,
        ...resume,
        BeginDeprovisioningFunction: steps.beginDeprovisioning.function,
        HoldGraceFunction: steps.holdGrace.function,
        CommitDeletionFunction: steps.commitDeletion.function,
        ExportWorkspaceFunction: steps.exportWorkspace.function,
        RequestProductExportFunction: steps.requestProductExport.function,
        SweepTenantFunction: steps.sweepTenant.function,
        AnnounceDeprovisionedFunction: steps.announceDeprovisioned.function,
      },
      { ReleasePlacementStateMachine: releasePlacement },
    ),
  };
}

function createAccountWorkflows(scope: Construct, prefix: string, steps: AccountSteps): AccountWorkflows {
  const gate = { EnterGateFunction: steps.enterGate.function, LeaveNamedGateFunction: steps.leaveNamedGate.function };
  const vendAccount = new Workflow(scope, 'VendAccount', {
    definition: 'vend-account',
    stateMachineName: stateMachineName(prefix, 'vend-account'),
    functions: {
      ...gate,
      PauseGateFunction: steps.pauseGate.function,
      PlanAccountFunction: steps.planAccount.function,
      CreateAccountFunction: steps.createAccount.function,
      SecureAccountFunction: steps.secureAccount.function,
      CheckReadinessFunction: steps.checkReadiness.function,
      ApplyBaselineFunction: steps.applyBaseline.function,
      StockAccountFunction: steps.stockAccount.function,
    },
  });
  const cleanAccount = new Workflow(scope, 'CleanAccountWorkflow', {
    definition: 'clean-account',
    stateMachineName: stateMachineName(prefix, 'clean-account'),
    functions: {
      BeginCleaningFunction: steps.beginCleaning.function,
      CleanAccountFunction: steps.cleanAccount.function,
      ReturnAccountFunction: steps.returnAccount.function,
      QuarantineAccountFunction: steps.quarantineAccount.function,
    },
  });
  const closeAccount = new Workflow(scope, 'CloseAccount', {
    definition: 'close-account',
    stateMachineName: stateMachineName(prefix, 'close-account'),
    functions: { ...gate, EnsureClosedFunction: steps.ensureClosed.function },
  });
  return { vendAccount, cleanAccount, closeAccount };
}
