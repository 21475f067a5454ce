import { Aws, Duration } from 'aws-cdk-lib';
import { installationExternalId, tenantRolePath } from '../tenancy/names.ts';
import type { StepLambda, StepLambdaProps } from './step-lambda.ts';
import { type RegistryRights, roleArn, useExportsKey } from './step-rights.ts';
import type { StepsProps } from './steps.ts';

type Make = (id: string, source: string, options?: Partial<StepLambdaProps>) => StepLambda;

/** The functions behind `tenantry restore`; no workflow has them. */
export type RestoringSteps = ReturnType<typeof createRestoringSteps>;

export function createRestoringSteps(make: Make, props: StepsProps) {
  const bucket = { EXPORT_BUCKET: props.exports.bucketName };
  return {
    describeExport: make('DescribeExport', 'restoring/describe-export', { environment: bucket }),
    // The whole export is in memory. It goes on where it was when its time ends.
    restoreWorkspace: make('RestoreWorkspace', 'restoring/restore-workspace', {
      environment: {
        ...bucket,
        TABLE_NAME: props.table.tableName,
        PLATFORM_ACCOUNT_ID: Aws.ACCOUNT_ID,
        EXTERNAL_ID: installationExternalId(props.prefix, Aws.ACCOUNT_ID),
      },
      memoryMiB: 1024,
      timeout: Duration.minutes(5),
    }),
  };
}

/** What they may do: the one reads what is in an export, the other the export itself, and writes it as the tenant. */
export function grantRestoring(
  { describeExport, restoreWorkspace }: RestoringSteps,
  props: StepsProps,
  rights: RegistryRights,
): void {
  const one = { wildcardReason: 'One export per tenant and deprovisioning.' };
  for (const step of [describeExport, restoreWorkspace]) {
    step.allow(['s3:GetObject'], [props.exports.arnForObjects('tenants/*/manifest.json')], one);
    useExportsKey(step, props, 'Decrypt');
  }
  restoreWorkspace.allow(['s3:GetObjectVersion'], [props.exports.arnForObjects('tenants/*/workspace.json.gz')], one);
  rights.items(restoreWorkspace, 'Get');
  restoreWorkspace.allow(['sts:AssumeRole'], [roleArn(props, `${tenantRolePath}*`)], {
    wildcardReason: 'It writes to the workspace of any tenant, with the role of that tenant.',
  });
}
