import type { AccountOptions } from './account/service.ts';
import type { CloudFormationOptions } from './cloudformation/service.ts';
import type { DynamodbOptions } from './dynamodb/service.ts';
import type { Ec2Options } from './ec2/service.ts';
import type { EksOptions } from './eks/service.ts';
import type { EventsOptions } from './events/parts.ts';
import type { IamOptions } from './iam/service.ts';
import type { LambdaOptions } from './lambda/service.ts';
import type { OrganizationsOptions } from './organizations/options.ts';
import type { ServiceQuotasOptions } from './servicequotas/service.ts';
import type { StatesOptions } from './states/assemble.ts';

/** Options of single services, by the service's name. A misspelt one does not compile. */
export interface ServiceOptions {
  account?: AccountOptions;
  cloudformation?: CloudFormationOptions;
  dynamodb?: DynamodbOptions;
  ec2?: Ec2Options;
  eks?: EksOptions;
  events?: EventsOptions;
  iam?: IamOptions;
  lambda?: LambdaOptions;
  organizations?: OrganizationsOptions;
  servicequotas?: ServiceQuotasOptions;
  states?: StatesOptions;
}
