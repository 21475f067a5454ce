const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';

/** How a resource type names what it makes when the template gives no name. */
export interface NameRule {
  /** The property that holds an explicit name: "RoleName". */
  readonly property: string;
  /** Longest name, characters. */
  readonly maximum: number;
  /** The service accepts lower case only (buckets). */
  readonly lowercase?: boolean;
  /** Put behind the generated name (".fifo"). */
  readonly suffix?: string;
}

/**
 * A name as CloudFormation generates it: stack name, logical id and twelve random characters, the first two cut to fit.
 * https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-properties-name.html
 */
export function physicalName(
  stackName: string,
  logicalId: string,
  rule: Omit<NameRule, 'property'>,
  random: () => number = Math.random,
): string {
  let tail = '';
  for (let index = 0; index < 12; index++) tail += ALPHABET[Math.floor(random() * ALPHABET.length)];
  const room = rule.maximum - tail.length - 2 - (rule.suffix?.length ?? 0);
  const [stack, logical] = shareRoom(stackName, logicalId, room);
  const name = `${stack}-${logical}-${tail}`;
  return `${rule.lowercase ? name.toLowerCase() : name}${rule.suffix ?? ''}`;
}

function shareRoom(stackName: string, logicalId: string, room: number): [string, string] {
  if (stackName.length + logicalId.length <= room) return [stackName, logicalId];
  const half = Math.floor(room / 2);
  const forStack = Math.min(stackName.length, Math.max(half, room - logicalId.length));
  return [stackName.slice(0, forStack).replace(/-+$/, ''), logicalId.slice(0, room - forStack)];
}
