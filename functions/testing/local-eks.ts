import { CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs';
import { EKSClient } from '@aws-sdk/client-eks';
import { CreateRoleCommand, IAMClient } from '@aws-sdk/client-iam';
import { fakeControlPlanes } from '../../local/eks/test-cluster.ts';
import { type LocalCloud, startLocalCloud } from '../../local/local-cloud.ts';

/** EKS as AWS has it, and the logs beside it, with control planes that are only pretended: for tests of what the steps ask of EKS itself. */
export interface LocalEks {
  readonly local: LocalCloud;
  readonly eks: EKSClient;
  readonly logs: CloudWatchLogsClient;
  readonly iam: IAMClient;
  /** A role that the service may assume. */
  role(name: string, service: string): Promise<string>;
  close(): Promise<void>;
}

/** Starts it on a jumping clock: waiting for a cluster takes no time. */
export async function localEks(): Promise<LocalEks> {
  const local = await startLocalCloud({
    port: 0,
    services: ['iam', 'sts', 'logs', 'eks'],
    clock: 'jump',
    serviceOptions: { iam: { consistencyDelaySeconds: 0 }, eks: { controlPlanes: async () => fakeControlPlanes() } },
  });
  const options = {
    endpoint: local.endpoint,
    region: 'us-east-1',
    credentials: { accessKeyId: '111111111111', secretAccessKey: 'test' },
  };
  const eks = new EKSClient(options);
  const logs = new CloudWatchLogsClient(options);
  const iam = new IAMClient(options);
  return {
    local,
    eks,
    logs,
    iam,
    async role(RoleName, service) {
      const trust = {
        Version: '2012-10-17',
        Statement: [{ Effect: 'Allow', Principal: { Service: service }, Action: ['sts:AssumeRole', 'sts:TagSession'] }],
      };
      const { Role } = await iam.send(
        new CreateRoleCommand({ RoleName, AssumeRolePolicyDocument: JSON.stringify(trust) }),
      );
      return Role?.Arn ?? '';
    },
    async close() {
      eks.destroy();
      logs.destroy();
      iam.destroy();
      await local.stop();
    },
  };
}

/** Does it again while it throws one of the errors that Retry waits for, as a workflow does; at most so often. */
export async function retried<T>(work: () => Promise<T>, errors: readonly string[], attempts = 500): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof Error) || !errors.includes(error.name) || attempt >= attempts) throw error;
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
  }
}
