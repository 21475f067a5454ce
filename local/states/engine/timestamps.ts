const EXTENDED_OFFSET =
  /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d)(?::(\d\d)(?:\.(\d{1,9}))?)?(Z|[+-](?:0\d|1[0-8])(?::?[0-5]\d)?)$/;

/**
 * Milliseconds since the epoch of an ISO-8601 extended offset date-time (RFC 3339: capital T, and Z or an offset), or
 * undefined if the text is none. Wait states and Timestamp comparisons accept nothing else.
 * https://docs.aws.amazon.com/step-functions/latest/dg/state-wait.html
 */
export function parseTimestamp(text: string): number | undefined {
  const match = EXTENDED_OFFSET.exec(text);
  if (!match) return undefined;
  const [year, month, day, hour, minute, second] = match.slice(1, 7).map((part) => Number(part ?? 0)) as [
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  if (month < 1 || month > 12 || day < 1 || hour > 23 || minute > 59 || second > 59) return undefined;
  // Day 0 of the next month is the last day of this one.
  if (day > new Date(Date.UTC(year, month, 0)).getUTCDate()) return undefined;
  const fraction = Number(`0.${match[7] ?? '0'}`) * 1_000;
  return Date.UTC(year, month - 1, day, hour, minute, second) + fraction - offsetOf(match[8] as string);
}

function offsetOf(zone: string): number {
  if (zone === 'Z') return 0;
  const digits = zone.slice(1).replace(':', '');
  const minutes = Number(digits.slice(0, 2)) * 60 + Number(digits.slice(2) || 0);
  return (zone.startsWith('-') ? -minutes : minutes) * 60_000;
}
