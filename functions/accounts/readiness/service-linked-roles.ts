import { CreateServiceLinkedRoleCommand } from '@aws-sdk/client-iam';
import { type Check, isNotYet } from './check.ts';

/**
 * Services whose own role must exist before clusters can be made: EKS and its load balancers make theirs on first use only if
 * the caller may, and Spot requests fail without.
 * https://docs.aws.amazon.com/eks/latest/userguide/using-service-linked-roles.html
 */
export const SERVICES_WITH_ROLES = [
  'eks.amazonaws.com',
  'eks-nodegroup.amazonaws.com',
  'elasticloadbalancing.amazonaws.com',
  'autoscaling.amazonaws.com',
  'spot.amazonaws.com',
] as const;

/** The role of one service, made if it is not there. */
export function serviceLinkedRoleCheck(service: string): Check {
  return {
    name: `service-linked-role/${service}`,
    async run({ clients }) {
      try {
        await clients.iam.send(new CreateServiceLinkedRoleCommand({ AWSServiceName: service }));
        return undefined;
      } catch (error) {
        if (error instanceof Error && error.name.startsWith('InvalidInput') && /has been taken/.test(error.message))
          return undefined;
        if (isNotYet(error)) return `${error.name}: ${error.message}`;
        throw error;
      }
    },
  };
}
