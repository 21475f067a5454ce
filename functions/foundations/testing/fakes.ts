import {
  CreateStackCommand,
  DeleteStackCommand,
  DescribeStackEventsCommand,
  DescribeStacksCommand,
  type Parameter,
  UpdateStackCommand,
} from '@aws-sdk/client-cloudformation';
import { tenantTags } from '../../../tenancy/names.ts';
import type { Ledger } from '../../operations/ledger-store.ts';
import type { Stacks } from '../stack.ts';

interface FakeStack {
  status: string;
  tenant: string;
  token?: string | undefined;
  parameters?: Parameter[] | undefined;
  /** Those of a tenant of the tier "basic", if the test does not say. */
  tags?: { Key: string; Value: string }[] | undefined;
  outputs?: Record<string, string>;
}

function tagList(tags: Record<string, string>) {
  return Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
}

/** CloudFormation with stacks that stay in the state they are given. */
export function fakeStacks(stacks: Record<string, FakeStack> = {}) {
  const calls: string[] = [];
  const inputs: object[] = [];
  const client = {
    async send(command: unknown) {
      const { input } = command as {
        input: {
          StackName: string;
          ClientRequestToken?: string;
          Parameters?: Parameter[];
          Tags?: { Key: string; Value: string }[];
        };
      };
      calls.push((command as object).constructor.name);
      const stack = stacks[input.StackName];
      if (command instanceof DescribeStacksCommand) {
        if (!stack)
          throw Object.assign(new Error(`Stack with id ${input.StackName} does not exist`), {
            name: 'ValidationError',
          });
        return {
          Stacks: [
            {
              StackName: input.StackName,
              StackId: 'id',
              StackStatus: stack.status,
              Tags: stack.tags ?? tagList(tenantTags(stack.tenant, 'basic')),
              Parameters: stack.parameters,
              Outputs: Object.entries({ TenantRoleArn: 'arn:role', ...stack.outputs }).map(
                ([OutputKey, OutputValue]) => ({ OutputKey, OutputValue }),
              ),
            },
          ],
        };
      }
      if (command instanceof CreateStackCommand) {
        stacks[input.StackName] = {
          status: 'CREATE_IN_PROGRESS',
          tenant: input.Tags?.find((tag) => tag.Key === 'tenantry:tenant')?.Value ?? '',
          token: input.ClientRequestToken,
          parameters: input.Parameters,
          tags: input.Tags,
        };
      }
      if (command instanceof UpdateStackCommand && stack)
        Object.assign(stack, { status: 'UPDATE_IN_PROGRESS', token: input.ClientRequestToken });
      if (command instanceof UpdateStackCommand) inputs.push(command.input);
      if (command instanceof DeleteStackCommand && stack) stack.status = 'DELETE_IN_PROGRESS';
      if (command instanceof DescribeStackEventsCommand) {
        return {
          StackEvents: [
            {
              LogicalResourceId: 'Budget',
              ResourceType: 'AWS::Budgets::Budget',
              ResourceStatus: 'CREATE_FAILED',
              ResourceStatusReason: 'Resource creation cancelled',
            },
            {
              LogicalResourceId: 'TenantRole',
              ResourceType: 'AWS::IAM::Role',
              ResourceStatus: 'CREATE_FAILED',
              ResourceStatusReason: 'limit exceeded',
              ClientRequestToken: stack?.token,
            },
          ],
        };
      }
      return {};
    },
  } as unknown as Stacks;
  return { client, calls, stacks, inputs };
}

/** A ledger that lists what is written. */
export function fakeLedger() {
  const entries: string[] = [];
  const attributes: Record<string, string>[] = [];
  const note = (state: string) => async (kind: string, name: string, noted?: Record<string, string>) => {
    entries.push(`${state} ${kind} ${name}`);
    attributes.push(noted ?? {});
  };
  return {
    ledger: { plan: note('PLANNED'), created: note('CREATED'), deleted: note('DELETED') } satisfies Ledger,
    entries,
    attributes,
  };
}
