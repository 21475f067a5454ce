import type { AccessRequest, Cloud, Operation, OperationInput, RequestContext, Service } from '../kernel/service.ts';
import type { Engine } from './engine.ts';
import { importersOf, listExports } from './exports.ts';
import type { ChangeSetRecord } from './operations/change-set-record.ts';
import {
  createChangeSet,
  deleteChangeSet,
  describeChangeSet,
  executeChangeSet,
  listChangeSets,
} from './operations/change-sets.ts';
import { createStack } from './operations/create-stack.ts';
import { deleteStack } from './operations/delete-stack.ts';
import {
  describeStackEvents,
  describeStackResource,
  describeStackResources,
  describeStacks,
  listStackResources,
  listStacks,
} from './operations/describe-stacks.ts';
import { cancelUpdateStack, continueUpdateRollback } from './operations/recover-stack.ts';
import { flag, page, stackAccess } from './operations/stack-input.ts';
import { getTemplate, getTemplateSummary, validateTemplate } from './operations/templates.ts';
import { updateStack } from './operations/update-stack.ts';
import { resourceProviders } from './resources/all.ts';
import { inProgress } from './stack-record.ts';
import { createStackRunner } from './stack-runner.ts';
import { createStackStore } from './stack-store.ts';
import { validationError } from './template.ts';

export interface CloudFormationOptions {
  /** `aws` (default): every resource takes about as long as on AWS. `none`: as long as its service takes. */
  durations?: 'aws' | 'none';
  /** Stacks per account and region; AWS's default is 2,000. */
  stackLimit?: number;
}

type Handler = (input: OperationInput, context: RequestContext) => unknown;

/**
 * CloudFormation of the local cloud. Resources are made by calling the other services with the rights of the caller or
 * of the stack's role. https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_Operations.html
 */
export function cloudformationService(cloud: Cloud, options: CloudFormationOptions = {}): Service {
  const engine: Engine = {
    cloud,
    stacks: createStackStore(cloud),
    providers: resourceProviders(),
    durations: options.durations ?? 'aws',
  };
  const runner = createStackRunner(engine);
  const sets = cloud.store.collection<ChangeSetRecord>('cloudformation.change-sets');
  const limit = options.stackLimit ?? 2000;
  const started = (result: { StackId: string; started: boolean }) => {
    if (result.started) runner.run(result.StackId);
    return { StackId: result.StackId };
  };
  const handlers: Record<string, Handler> = {
    CreateStack: async (input, context) => started(await createStack(engine, input, context, limit)),
    UpdateStack: async (input, context) => started(await updateStack(engine, input, context)),
    DeleteStack: (input, context) => deleteStack(engine, runner, input, context),
    CancelUpdateStack: (input, context) => cancelUpdateStack(engine, runner, input, context),
    ContinueUpdateRollback: (input, context) => continueUpdateRollback(engine, runner, input, context),
    DescribeStacks: (input, context) => describeStacks(engine, input, context),
    DescribeStackEvents: (input, context) => describeStackEvents(engine, input, context),
    DescribeStackResource: (input, context) => describeStackResource(engine, input, context),
    DescribeStackResources: (input, context) => describeStackResources(engine, input, context),
    ListStackResources: (input, context) => listStackResources(engine, input, context),
    GetTemplate: (input, context) => getTemplate(engine, input, context),
    GetTemplateSummary: (input, context) => getTemplateSummary(engine, input, context),
    ValidateTemplate: (input, context) => validateTemplate(engine, input, context),
    CreateChangeSet: (input, context) => createChangeSet(engine, sets, input, context, limit),
    DescribeChangeSet: (input, context) => describeChangeSet(engine, sets, input, context),
    ExecuteChangeSet: (input, context) => executeChangeSet(engine, runner, sets, input, context),
    DeleteChangeSet: (input, context) => deleteChangeSet(engine, sets, input, context),
    ListChangeSets: (input, context) => listChangeSets(engine, sets, input, context),
    UpdateTerminationProtection: (input, context) => updateTerminationProtection(engine, input, context),
  };
  const operations = Object.fromEntries(
    Object.entries(handlers).map(([name, handle]) => [name, onStack(name, handle)]),
  );
  return {
    name: 'cloudformation',
    protocol: {
      kind: 'query',
      version: '2010-05-15',
      namespace: 'http://cloudformation.amazonaws.com/doc/2010-05-15/',
    },
    operations: { ...operations, ...regionOperations(engine) },
    start() {
      for (const stack of engine.stacks.all()) if (inProgress(stack.status)) runner.run(stack.stackId);
    },
  };
}

function onStack(action: string, handle: Handler): Operation {
  return {
    authorize: (input, context): AccessRequest[] => stackAccess(action, input, context),
    handle,
  };
}

/** Operations on the whole region. */
function regionOperations(engine: Engine): Record<string, Operation> {
  return {
    ListStacks: { handle: (input, context) => listStacks(engine, input, context) },
    ListExports: {
      handle(input, { accountId, region }) {
        const { items: Exports, NextToken } = page(listExports(engine.stacks, accountId, region), input.NextToken, 100);
        return { Exports, NextToken };
      },
    },
    ListImports: {
      handle(input, { accountId, region }) {
        const name = String(input.ExportName);
        const importers = importersOf(engine.stacks, accountId, region, name);
        if (importers.length === 0) throw validationError(`Export '${name}' is not imported by any stack.`);
        const { items: Imports, NextToken } = page(importers, input.NextToken, 100);
        return { Imports, NextToken };
      },
    },
  };
}

function updateTerminationProtection(engine: Engine, input: OperationInput, context: RequestContext) {
  const stack = engine.stacks.require(context.accountId, context.region, String(input.StackName));
  engine.stacks.put({ ...stack, terminationProtection: flag(input.EnableTerminationProtection) });
  return { StackId: stack.stackId };
}
