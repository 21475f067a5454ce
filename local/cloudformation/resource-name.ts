import { physicalName } from './physical-name.ts';
import type { ExistingResource, Properties, ResourceProvider } from './resource-provider.ts';
import type { StackRecord } from './stack-record.ts';

/** The explicit name of a resource, or a generated one; empty for types without a name rule. */
export function nameOf(
  provider: ResourceProvider,
  stack: StackRecord,
  logicalId: string,
  properties: Properties,
): string {
  if (!provider.name) return '';
  const explicit = properties[provider.name.property];
  if (explicit !== undefined && explicit !== '') return String(explicit);
  const suffix = String(properties.FifoQueue) === 'true' ? '.fifo' : provider.name.suffix;
  return physicalName(stack.stackName, logicalId, { ...provider.name, suffix });
}

/** The name a resource has: explicit, or the last part of its physical id. */
export function existingName(provider: ResourceProvider, existing: ExistingResource, properties: Properties): string {
  if (!provider.name) return '';
  const explicit = properties[provider.name.property];
  return explicit === undefined || explicit === '' ? nameInPhysicalId(existing.physicalId) : String(explicit);
}

function nameInPhysicalId(physicalId: string): string {
  return physicalId.split(/[:/|]/).at(-1) ?? physicalId;
}
