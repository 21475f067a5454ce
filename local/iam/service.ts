import type { Cloud, Operation, Service } from '../kernel/service.ts';
import { accessKeyOperations } from './access-keys.ts';
import { accountOperations } from './account.ts';
import { attachmentOperations, policyUseOperations } from './attached-policies.ts';
import { boundaryOperations } from './boundaries.ts';
import { iamDatabase } from './database.ts';
import { ROLE, USER } from './entity-kind.ts';
import type { IamContext } from './iam-context.ts';
import { inlinePolicyOperations } from './inline-policies.ts';
import { instanceProfileOperations } from './instance-profiles.ts';
import { managedPolicyOperations } from './managed-policies.ts';
import { policyVersionOperations } from './policy-versions.ts';
import { DEFAULT_QUOTAS, type IamQuotas } from './quotas.ts';
import { roleOperations } from './roles.ts';
import { serviceLinkedRoleOperations } from './service-linked-roles.ts';
import { simulationOperations } from './simulate.ts';
import { taggingOperations } from './tagging.ts';
import { userOperations } from './users.ts';

export interface IamOptions {
  /** Quotas that AWS has raised for the account. */
  quotas?: Partial<IamQuotas>;
  /**
   * Seconds of the cloud's clock until a new role can be assumed or named by others; changes to policies take between
   * two fifths of that and all of it. Default 5; 0 makes everything consistent at once.
   */
  consistencyDelaySeconds?: number;
}

/** AWS IAM, in all accounts of the local cloud. https://docs.aws.amazon.com/IAM/latest/APIReference/ */
export function iamService(cloud: Cloud, options: IamOptions = {}): Service {
  const delay = (options.consistencyDelaySeconds ?? 5) * 1000;
  let changes = 0;
  const iam: IamContext = {
    cloud,
    database: iamDatabase(cloud),
    quotas: { ...DEFAULT_QUOTAS, ...options.quotas },
    newEntityDelay: delay,
    // Spread out, yet the same in every run: 2/5, 3/5, 4/5, 5/5 of the delay in turn.
    changeDelay: () => (delay * (2 + (changes++ % 4))) / 5,
  };
  const operations: Record<string, Operation> = {
    ...roleOperations(iam),
    ...serviceLinkedRoleOperations(iam),
    ...userOperations(iam),
    ...accessKeyOperations(iam),
    ...managedPolicyOperations(iam),
    ...policyVersionOperations(iam),
    ...policyUseOperations(iam),
    ...inlinePolicyOperations(iam, ROLE),
    ...inlinePolicyOperations(iam, USER),
    ...attachmentOperations(iam, ROLE),
    ...attachmentOperations(iam, USER),
    ...boundaryOperations(iam, ROLE),
    ...boundaryOperations(iam, USER),
    ...instanceProfileOperations(iam),
    ...taggingOperations(iam),
    ...accountOperations(iam),
    ...simulationOperations(iam),
  };
  return {
    name: 'iam',
    protocol: { kind: 'query', version: '2010-05-08', namespace: 'https://iam.amazonaws.com/doc/2010-05-08/' },
    operations,
  };
}
