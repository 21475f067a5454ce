import { z } from 'zod';
import { placement } from '../../events/placement.ts';
import { resourceKinds } from '../steps.ts';

const resource = z.object({ kind: z.enum(resourceKinds), name: z.string(), summary: z.string() });
const numbered = z.object({ generation: z.int().positive(), tier: z.string(), placement });

/** What a change of tier would do, and what is in its way. */
export const tierChangePlan = z.object({
  tenantId: z.string(),
  how: z.enum(['in-place', 'moved']),
  from: numbered,
  to: numbered,
  obstacles: z.array(z.string()),
  steps: z.array(z.object({ workflow: z.string(), state: z.string(), summary: z.string(), seconds: z.number() })),
  creates: z.array(resource),
  removes: z.array(resource.extend({ when: z.string() })),
  numbers: z.array(z.object({ resource: z.string(), from: z.string(), to: z.string() })),
  /** Usual time until the cut-over, without that of the product. */
  seconds: z.number(),
  /** US dollars a month, for what the tenant uses now. */
  price: z.object({
    before: z.number(),
    after: z.number(),
    difference: z.number(),
    components: z.array(z.object({ name: z.string(), difference: z.number() })),
    budget: z.object({ from: z.number(), to: z.number() }),
  }),
});

export type TierChangePlan = z.infer<typeof tierChangePlan>;
