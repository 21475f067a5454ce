import type { Cloud, Service } from '../kernel/service.ts';
import { seededRandom } from '../organizations/random.ts';
import { contactOperations } from './contact-operations.ts';
import { informationOperations } from './information-operations.ts';
import { regionOperations } from './region-operations.ts';

export interface AccountOptions {
  /** How long a region takes to be switched on or off, in seconds of the cloud's clock. Default 300 to 1,200. */
  regionChangeSeconds?: { readonly min: number; readonly max: number };
  /** Default 1. */
  seed?: number;
}

/** AWS Account Management: contacts, regions, names. https://docs.aws.amazon.com/accounts/latest/reference/api-reference.html */
export function accountService(cloud: Cloud, options: AccountOptions = {}): Service {
  const { min, max } = options.regionChangeSeconds ?? { min: 300, max: 1_200 };
  const random = seededRandom(options.seed ?? 1);
  return {
    name: 'account',
    protocol: { kind: 'rest-json' },
    operations: {
      ...contactOperations(cloud),
      ...informationOperations(cloud),
      ...regionOperations(cloud, () => Math.round((min + random() * (max - min)) * 1000)),
    },
  };
}
