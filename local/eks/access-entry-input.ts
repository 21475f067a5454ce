import type { OperationInput } from '../kernel/service.ts';
import { invalidParameter } from './errors.ts';
import { optionalText, textList } from './input.ts';

const TYPES = ['STANDARD', 'EC2', 'EC2_LINUX', 'EC2_WINDOWS', 'FARGATE_LINUX', 'HYBRID_LINUX', 'HYPERPOD_LINUX'];
/** Kubernetes names reserved by Kubernetes and by AWS. */
const RESERVED = ['system:', 'eks:', 'aws:', 'amazon:', 'iam:'];

/** The type of an entry, STANDARD by default. */
export function entryType(input: OperationInput): string {
  const type = optionalText(input, 'type') ?? 'STANDARD';
  if (!TYPES.includes(type)) throw invalidParameter(`The specified type ${type} is invalid.`);
  return type;
}

/**
 * The Kubernetes groups of an entry. Only STANDARD ones choose theirs. Throws InvalidParameterException.
 * https://docs.aws.amazon.com/eks/latest/userguide/creating-access-entries.html
 */
export function checkGroups(input: OperationInput, type: string): string[] {
  const groups = textList(input, 'kubernetesGroups');
  if (type !== 'STANDARD') {
    if (groups.length > 0) throw invalidParameter(`The type ${type} does not allow kubernetesGroups.`);
    return type === 'EC2_LINUX' || type === 'EC2_WINDOWS' ? ['system:nodes'] : [];
  }
  for (const group of groups) {
    const prefix = RESERVED.find((reserved) => group.startsWith(reserved));
    if (prefix !== undefined)
      throw invalidParameter(`The kubernetes group name ${group} is invalid, it cannot start with ${prefix}`);
    if (group.length === 0 || group.length > 255)
      throw invalidParameter(`The kubernetes group name ${group} is invalid.`);
  }
  return [...new Set(groups)];
}

/** The username given, if any. Throws InvalidParameterException for reserved ones and for a session name without a colon before. */
export function checkUsername(input: OperationInput, type: string): string | undefined {
  const username = optionalText(input, 'username');
  if (username === undefined) return type === 'STANDARD' ? undefined : 'system:node:{{EC2PrivateDNSName}}';
  if (type !== 'STANDARD') throw invalidParameter(`The type ${type} does not allow a username.`);
  const prefix = RESERVED.find((reserved) => username.startsWith(reserved));
  if (prefix !== undefined) throw invalidParameter(`The username must not begin with ${prefix}`);
  const session = username.indexOf('{{SessionName}}');
  if (session >= 0 && !/[^:].*:/.test(username.slice(0, session)))
    throw invalidParameter('The username must have a prefix that ends with a colon before {{SessionName}}.');
  return username;
}
