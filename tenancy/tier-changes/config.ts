import { z } from 'zod';
import type { Placement } from '../../events/placement.ts';

/** How changes of tier are made. */
export const tierChangesConfig = z.strictObject({
  /** Hours for which the placement that was left is kept. Default 72. An execution lives a year at most, and the release needs its part of it. */
  keepPreviousHours: z.number().min(0).max(8_400).optional(),
  /** Whether the product is asked to move volumes and its own data, and for how long its answer is waited for. */
  productMigration: z
    .strictObject({
      /** At most 25 days: the workflow that waits ends after 29. */
      answerWithinHours: z.number().positive().max(600),
      /** Longest silence between two heartbeats. Without it, none are expected. */
      heartbeatMinutes: z.number().positive().max(1_440).optional(),
    })
    .optional(),
});

/** Hours for which the placement that was left is kept, where the configuration does not say. */
export const DEFAULT_KEEP_PREVIOUS_HOURS = 72;

/** By other numbers in the same placement, or into another one. */
export type HowItChanges = 'in-place' | 'moved';

/** A tier that means the same placement is reached in place. */
export function howItChanges(from: Placement, to: Placement): HowItChanges {
  return from.account === to.account && from.workspace === to.workspace ? 'in-place' : 'moved';
}
