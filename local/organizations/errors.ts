import { AwsError } from '../kernel/errors.ts';

const CONSTRAINTS = {
  ACCOUNT_NUMBER_LIMIT_EXCEEDED: 'You have exceeded the allowed number of AWS Accounts.',
  ACCOUNT_CREATION_RATE_LIMIT_EXCEEDED:
    'You have exceeded the number of accounts that can be created at a time. Wait until one is finished and try again.',
  CLOSE_ACCOUNT_QUOTA_EXCEEDED: 'You have exceeded close account quota for the past 30 days.',
  CLOSE_ACCOUNT_REQUESTS_LIMIT_EXCEEDED: 'You have exceeded the number of accounts that you can close at a time.',
  CANNOT_CLOSE_MANAGEMENT_ACCOUNT: 'You cannot close the management account of an organization.',
  OU_NUMBER_LIMIT_EXCEEDED: 'You have exceeded the number of organizational units that you can have.',
  OU_DEPTH_LIMIT_EXCEEDED: 'You have exceeded the depth of organizational units that you can have.',
  POLICY_NUMBER_LIMIT_EXCEEDED: 'You have exceeded the number of policies that you can have in an organization.',
  POLICY_CONTENT_LIMIT_EXCEEDED: 'You have exceeded the maximum size of a policy document.',
  MAX_POLICY_TYPE_ATTACHMENT_LIMIT_EXCEEDED:
    'You cannot attach the policy: the target has the maximum number of policies of this type.',
  MIN_POLICY_TYPE_ATTACHMENT_LIMIT_EXCEEDED:
    'You cannot remove the last policy attached to the specified target. You must have at least one attached at all times.',
  MAX_TAG_LIMIT_EXCEEDED: 'You have exceeded the number of tags allowed on this resource.',
  WAIT_PERIOD_ACTIVE: 'You cannot remove an account from the organization within four days of its creation.',
  CANNOT_REMOVE_DELEGATED_ADMINISTRATOR_FROM_ORG:
    'You cannot remove an account that is a delegated administrator. Deregister it first.',
  CANNOT_REGISTER_MASTER_AS_DELEGATED_ADMINISTRATOR:
    'You cannot register the management account as a delegated administrator for an AWS service.',
  CANNOT_REGISTER_SUSPENDED_ACCOUNT_AS_DELEGATED_ADMINISTRATOR:
    'You cannot register a suspended account as a delegated administrator.',
  SERVICE_ACCESS_NOT_ENABLED:
    'You must enable service access for the service principal before you register a delegated administrator.',
  MAX_DELEGATED_ADMINISTRATORS_FOR_SERVICE_LIMIT_EXCEEDED:
    'You have exceeded the number of delegated administrators for the service principal.',
  ORGANIZATION_NOT_IN_ALL_FEATURES_MODE: 'The operation requires an organization that supports all features.',
  ACCOUNT_CANNOT_LEAVE_WITHOUT_PHONE_VERIFICATION:
    'The member account is missing one or more of the prerequisites required to operate as a standalone account.',
} as const;

export type ConstraintReason = keyof typeof CONSTRAINTS;

/** ConstraintViolationException with the reason and AWS's words for it. */
export function constraintViolation(reason: ConstraintReason): AwsError {
  return new AwsError('ConstraintViolationException', CONSTRAINTS[reason], { fields: { Reason: reason } });
}

/** InvalidInputException; `reason` is one of the API's InvalidInputExceptionReason. */
export function invalidInput(reason: string, message: string): AwsError {
  return new AwsError('InvalidInputException', message, { fields: { Reason: reason } });
}

/** What an account that may not call an operation is told, whatever its own policies allow. */
export function notPermitted(): AwsError {
  return new AwsError('AccessDeniedException', "You don't have permissions to access this resource.");
}

const NOT_FOUND = {
  AccountNotFoundException: "You specified an account that doesn't exist.",
  ChildNotFoundException: "You specified a child that doesn't exist.",
  ParentNotFoundException: "You specified a parent that doesn't exist.",
  SourceParentNotFoundException: "You specified a source parent that doesn't exist.",
  DestinationParentNotFoundException: "You specified a destination parent that doesn't exist.",
  OrganizationalUnitNotFoundException: "You specified an organizational unit that doesn't exist.",
  RootNotFoundException: "You specified a root that doesn't exist.",
  TargetNotFoundException: "You specified a target that doesn't exist.",
  PolicyNotFoundException: "You specified a policy that doesn't exist.",
  CreateAccountStatusNotFoundException: "You specified a create account request that doesn't exist.",
  ResourcePolicyNotFoundException: "We can't find a resource policy request with the parameter that you specified.",
} as const;

export type NotFoundCode = keyof typeof NOT_FOUND;

/** One of the API's errors for something that is not there. */
export function notFound(code: NotFoundCode): AwsError {
  return new AwsError(code, NOT_FOUND[code]);
}

/** The account belongs to no organization. */
export function notInUse(): AwsError {
  return new AwsError('AWSOrganizationsNotInUseException', 'Your account is not a member of an organization.');
}
