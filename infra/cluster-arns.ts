import { Aws } from 'aws-cdk-lib';
import { addedClusterName, tenantClusterPrefix } from '../tenancy/clusters/names.ts';
import type { StepsProps } from './steps.ts';

type Clusters = Pick<StepsProps, 'clusters' | 'prefix'>;

/** Names (pattern) of the shared clusters that are added. */
export function addedClusters(prefix: string): string {
  return addedClusterName(prefix, 0).replace(/0$/, '*');
}

/** Shared clusters of the configuration, those that are added, and those of tenants in the platform's account. */
function clusterNames({ clusters, prefix }: Clusters): string[] {
  return [...clusters, addedClusters(prefix), `${tenantClusterPrefix}*`];
}

/** ARNs of the clusters that the product works with, in the platform's account. */
export function clusterArns(props: Clusters): string[] {
  return clusterNames(props).map((name) => eksArn('cluster', name));
}

/** ARNs of all of a kind that these clusters have. */
export function arnsInClusters(props: Clusters, kind: 'access-entry' | 'podidentityassociation'): string[] {
  return clusterNames(props).map((name) => eksArn(kind, `${name}/*`));
}

/** ARN of something of EKS in the platform's account; in the operator's policy in the account that it is in. */
export function eksArn(kind: 'cluster' | 'access-entry' | 'podidentityassociation', name: string): string {
  return `arn:${Aws.PARTITION}:eks:${Aws.REGION}:${Aws.ACCOUNT_ID}:${kind}/${name}`;
}
