import { AwsError } from '../kernel/errors.ts';
import type { Properties, ResourceProvider } from './resource-provider.ts';

/**
 * Checks the properties of a resource against what its provider acts on, so that nothing is silently ignored.
 * Throws with the text of CloudFormation's schema validation.
 */
export function validateProperties(provider: ResourceProvider, properties: Properties): void {
  const problems: string[] = [];
  for (const name of Object.keys(properties)) {
    if (!provider.properties.includes(name)) {
      problems.push(`#: extraneous key [${name}] is not permitted (${provider.type})`);
    }
  }
  for (const name of provider.required ?? []) {
    if (properties[name] === undefined) problems.push(`#: required key [${name}] not found`);
  }
  if (problems.length > 0) {
    throw new AwsError('InvalidRequest', `Model validation failed (${problems.join('; ')})`);
  }
}
