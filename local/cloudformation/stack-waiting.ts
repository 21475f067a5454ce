import type { Cloud, OperationInput } from '../kernel/service.ts';
import type { Call } from './assembly.ts';

/** Resolves to the stack's description as soon as no operation runs on it. Throws AwsError if there is no such stack. */
export async function whenSettled(cloud: Cloud, call: Call, stackName: string): Promise<OperationInput> {
  for (;;) {
    // Listens before it looks, so that an end between the two is not missed.
    const next = nextStatus(cloud);
    try {
      const { Stacks } = await call('cloudformation', 'DescribeStacks', { StackName: stackName });
      if (!Stacks[0].StackStatus.endsWith('_IN_PROGRESS')) return Stacks[0];
      await next.promise;
    } finally {
      next.stop();
    }
  }
}

function nextStatus(cloud: Cloud): { promise: Promise<void>; stop: () => void } {
  let stop: () => void = () => undefined;
  const promise = new Promise<void>((resolve) => {
    stop = cloud.on((event) => {
      if (event.type === 'cloudformation.event' && event.detail.ResourceType === 'AWS::CloudFormation::Stack')
        resolve();
    });
  });
  return { promise, stop };
}

/** A stack that did not reach its goal; the message names stack, resource and reason. */
export class StackFailed extends Error {
  override readonly name = 'StackFailed';
  readonly stackName: string;
  readonly status: string;
  /** The resources that failed by themselves (not those that were cancelled). */
  readonly resources: readonly { logicalId: string; type: string; reason: string }[];

  constructor(stackName: string, status: string, resources: StackFailed['resources'], reason = '') {
    const causes = resources.map((resource) => `${resource.logicalId} (${resource.type}): ${resource.reason}`);
    super(`Stack ${stackName} ended in ${status}. ${causes.length > 0 ? causes.join('; ') : reason}`);
    this.stackName = stackName;
    this.status = status;
    this.resources = resources;
  }

  /** The failure of a stack as its events tell it. */
  static async of(call: Call, stack: OperationInput): Promise<StackFailed> {
    const { StackEvents } = await call('cloudformation', 'DescribeStackEvents', { StackName: stack.StackId });
    const start = StackEvents.findIndex(
      (event: OperationInput) =>
        event.ResourceStatusReason === 'User Initiated' && event.PhysicalResourceId === stack.StackId,
    );
    const failed = StackEvents.slice(0, start < 0 ? undefined : start)
      .filter(
        (event: OperationInput) => /_FAILED$/.test(event.ResourceStatus) && event.PhysicalResourceId !== stack.StackId,
      )
      .filter((event: OperationInput) => !/cancelled$/.test(event.ResourceStatusReason ?? ''))
      .reverse();
    const resources = failed.map((event: OperationInput) => ({
      logicalId: event.LogicalResourceId,
      type: event.ResourceType,
      reason: event.ResourceStatusReason ?? '',
    }));
    const told = StackEvents.find(
      (event: OperationInput) => event.ResourceStatusReason && event.PhysicalResourceId === stack.StackId,
    );
    return new StackFailed(
      stack.StackName,
      stack.StackStatus,
      resources,
      stack.StackStatusReason ?? told?.ResourceStatusReason,
    );
  }
}
