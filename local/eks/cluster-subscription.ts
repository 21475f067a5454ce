import type { ClusterRecord } from './records.ts';

const CODE = 'Ec2ServiceNotSubscribed';

/**
 * What a cluster is told that was asked for before the account could use EC2: it gets no network interfaces, and fails.
 * https://docs.aws.amazon.com/eks/latest/APIReference/API_ClusterIssue.html
 */
export function notSubscribed(clusterName: string): ClusterRecord['healthIssues'][number] {
  return { code: CODE, message: 'Amazon EC2 service not subscribed.', resourceIds: [clusterName] };
}

/** Whether the cluster was asked for too early. */
export function lacksEc2({ healthIssues }: Pick<ClusterRecord, 'healthIssues'>): boolean {
  return healthIssues.some(({ code }) => code === CODE);
}
