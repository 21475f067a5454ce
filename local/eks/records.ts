/** What the EKS service keeps. Times are milliseconds of the cloud's clock. */

export type ClusterStatus = 'CREATING' | 'ACTIVE' | 'UPDATING' | 'DELETING' | 'FAILED';

export interface ClusterRecord {
  name: string;
  accountId: string;
  region: string;
  /** 32 hexadecimal digits, another for every cluster, also for one of the same name later. */
  id: string;
  status: ClusterStatus;
  createdAt: number;
  clientRequestToken?: string;
  /** Of the request, so that a repeated token with other parameters is noticed. */
  requestHash: string;
  version: string;
  roleArn: string;
  tags: Record<string, string>;
  /** Known once its control plane has run. */
  endpoint?: string;
  certificateAuthorityData?: string;
  /** What Auto Mode has from its first minute is in it. */
  furnished?: boolean;
  /** ARN of whoever created it, for clusters with the creator as administrator. */
  authenticationMode: AuthenticationMode;
  deletionProtection: boolean;
  supportType: 'STANDARD' | 'EXTENDED';
  healthIssues: { code: string; message: string; resourceIds: string[] }[];
  /** Members of DescribeCluster's answer that are only kept: VPC, network, logging, compute and storage configuration. */
  configuration: ClusterConfiguration;
}

export type AuthenticationMode = 'API' | 'API_AND_CONFIG_MAP' | 'CONFIG_MAP';

export interface ClusterConfiguration {
  resourcesVpcConfig: {
    subnetIds: string[];
    securityGroupIds: string[];
    vpcId: string;
    clusterSecurityGroupId: string;
    endpointPublicAccess: boolean;
    endpointPrivateAccess: boolean;
    publicAccessCidrs: string[];
  };
  kubernetesNetworkConfig: {
    serviceIpv4Cidr: string;
    ipFamily: string;
    elasticLoadBalancing: { enabled: boolean };
  };
  logging: { clusterLogging: { types: string[]; enabled: boolean }[] };
  encryptionConfig: unknown[];
  computeConfig: { enabled: boolean; nodePools: string[]; nodeRoleArn?: string };
  storageConfig: { blockStorage: { enabled: boolean } };
  zonalShiftConfig: { enabled: boolean };
  controlPlaneScalingConfig: { tier: string };
}

export interface UpdateRecord {
  id: string;
  type: string;
  status: 'InProgress' | 'Successful' | 'Failed';
  params: { type: string; value: string }[];
  createdAt: number;
  errors: { errorCode: string; errorMessage: string; resourceIds: string[] }[];
  clientRequestToken?: string;
  /** What becomes of the cluster when it succeeds. */
  result: Partial<
    Pick<ClusterRecord, 'version' | 'authenticationMode' | 'deletionProtection' | 'supportType' | 'configuration'>
  >;
}

export interface AccessEntryRecord {
  principalArn: string;
  /** Unique id of the role (AROA…) or user (AIDA…) when the entry was made: a role of the same name made later does not match. */
  principalId: string;
  arn: string;
  type: string;
  username: string;
  kubernetesGroups: string[];
  tags: Record<string, string>;
  createdAt: number;
  modifiedAt: number;
  clientRequestToken?: string;
  policies: AssociatedPolicy[];
}

export interface AssociatedPolicy {
  policyArn: string;
  accessScope: { type: 'cluster' | 'namespace'; namespaces: string[] };
  associatedAt: number;
  modifiedAt: number;
}

export interface AddonRecord {
  addonName: string;
  arn: string;
  status: 'CREATING' | 'ACTIVE' | 'UPDATING' | 'DELETING';
  addonVersion: string;
  serviceAccountRoleArn?: string;
  configurationValues?: string;
  podIdentityAssociations: string[];
  tags: Record<string, string>;
  createdAt: number;
  modifiedAt: number;
  clientRequestToken?: string;
}

export interface NodegroupRecord {
  nodegroupName: string;
  arn: string;
  status: 'CREATING' | 'ACTIVE' | 'DELETING';
  version: string;
  capacityType: string;
  scalingConfig: { minSize: number; maxSize: number; desiredSize: number };
  instanceTypes: string[];
  subnets: string[];
  amiType: string;
  diskSize: number;
  nodeRole: string;
  labels: Record<string, string>;
  /** As the request said them; no node carries them. */
  taints: unknown[];
  updateConfig: unknown;
  autoScalingGroup: string;
  tags: Record<string, string>;
  createdAt: number;
  modifiedAt: number;
  clientRequestToken?: string;
}

export interface PodIdentityRecord {
  associationId: string;
  arn: string;
  namespace: string;
  serviceAccount: string;
  roleArn: string;
  targetRoleArn?: string;
  externalId?: string;
  disableSessionTags: boolean;
  policy?: string;
  tags: Record<string, string>;
  createdAt: number;
  modifiedAt: number;
  clientRequestToken?: string;
}
