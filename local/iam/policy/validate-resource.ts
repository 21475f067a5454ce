import { AwsError } from '../../kernel/errors.ts';

const IAM_PATHS = [
  'user/',
  'federated-user/',
  'role/',
  'group/',
  'instance-profile/',
  'mfa/',
  'server-certificate/',
  'policy/',
  'sms-mfa/',
  'saml-provider/',
  'oidc-provider/',
  'report/',
  'access-report/',
];

/**
 * Checks one Resource of a policy. What is missing at the end of an ARN means `*`.
 * Throws AwsError MalformedPolicyDocument.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_resource.html
 */
export function validateResource(resource: string): void {
  if (resource === '*') return;
  const [scheme, partition, service, region, account, ...rest] = resource.split(':');
  if (scheme !== 'arn' || partition === undefined) refuse(`Resource ${resource} must be in ARN format or "*".`);
  if (!/^(aws(-cn|-us-gov)?|\*)$/.test(partition ?? '')) {
    const parts = [service || '*', region ?? '*', account ?? '*', rest.length > 0 ? rest.join(':') : '*'];
    refuse(`Partition "${partition}" is not valid for resource "arn:${partition}:${parts.join(':')}".`);
  }
  if (service === undefined || /[*?]/.test(service)) {
    refuse('Resource vendor must be fully qualified and cannot contain regexes.');
  }
  if (service === 'iam' && region) refuse(`IAM resource ${resource} cannot contain region information.`);
  if (service === 's3' && region) refuse(`Resource ${resource} can not contain region information.`);
  const name = rest.join(':');
  if (service === 'iam' && rest.length > 0 && !/^[*?]/.test(name) && !startsLikeIam(name)) {
    refuse(`IAM resource path must either be "*" or start with ${IAM_PATHS.join(', ')}.`);
  }
}

function startsLikeIam(name: string): boolean {
  return name === 'root' || name.startsWith('${') || IAM_PATHS.some((path) => name.startsWith(path));
}

function refuse(message: string): never {
  throw new AwsError('MalformedPolicyDocument', message);
}
