import type { BusAddress } from './records.ts';

/** An ARN in its parts; `resource` is all behind the account. */
export interface ArnParts {
  readonly service: string;
  readonly region: string;
  readonly accountId: string;
  readonly resource: string;
}

const ARN = /^arn:aws[\w-]*:([\w-]+):([\w-]*):(\d{12})?:(.+)$/s;

/** The parts, or undefined if the text is no ARN. */
export function parseArn(text: string): ArnParts | undefined {
  const parts = ARN.exec(text);
  if (!parts) return undefined;
  const [, service = '', region = '', accountId = '', resource = ''] = parts;
  return { service, region, accountId, resource };
}

export function busArn(bus: BusAddress): string {
  return `arn:aws:events:${bus.region}:${bus.accountId}:event-bus/${bus.name}`;
}

/** Rules of the default bus do not name it. */
export function ruleArn(bus: BusAddress, name: string): string {
  const path = bus.name === 'default' ? name : `${bus.name}/${name}`;
  return `arn:aws:events:${bus.region}:${bus.accountId}:rule/${path}`;
}

export function archiveArn(scope: { accountId: string; region: string }, name: string): string {
  return `arn:aws:events:${scope.region}:${scope.accountId}:archive/${name}`;
}

export function replayArn(scope: { accountId: string; region: string }, name: string): string {
  return `arn:aws:events:${scope.region}:${scope.accountId}:replay/${name}`;
}

/** The bus a name or ARN means; `default` when none is given. Undefined if the ARN is not that of a bus. */
export function busAddress(
  nameOrArn: string | undefined,
  scope: { accountId: string; region: string },
): BusAddress | undefined {
  const { accountId, region } = scope;
  if (nameOrArn === undefined) return { accountId, region, name: 'default' };
  if (!nameOrArn.startsWith('arn:')) return { accountId, region, name: nameOrArn };
  const arn = parseArn(nameOrArn);
  if (arn?.service !== 'events' || !arn.resource.startsWith('event-bus/')) return undefined;
  return { accountId: arn.accountId, region: arn.region, name: arn.resource.slice('event-bus/'.length) };
}
