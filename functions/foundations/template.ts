import { createHash } from 'node:crypto';
import json from '#foundation-template' with { type: 'json' };

/**
 * The template of foundations, synthesized with the platform and bundled into the function that needs it: an account of a
 * tenant cannot read the platform's buckets.
 */
export const foundationTemplateBody: string = JSON.stringify(json);

/** Which template that is. */
export const foundationTemplateDigest: string = digest(foundationTemplateBody);

function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 16);
}
