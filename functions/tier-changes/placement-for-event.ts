import type { z } from 'zod';
import type { numberedPlacement } from '../../events/placement-facts.ts';
import type { Made } from './placements.ts';

/** A placement as events say it. */
export function placementForEvent({ cluster, virtualCluster, ...made }: Made): z.infer<typeof numberedPlacement> {
  return {
    ...made,
    cluster: { name: cluster.name, arn: cluster.arn },
    ...(virtualCluster && { virtualCluster }),
  };
}
