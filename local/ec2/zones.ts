export interface Zone {
  readonly name: string;
  readonly id: string;
}

/** How many zones a region has where it is not three. */
const COUNTS: Readonly<Record<string, number>> = {
  'us-east-1': 6,
  'us-west-2': 4,
  'ap-northeast-2': 4,
  'us-west-1': 2,
};
const DIRECTIONS: Readonly<Record<string, string>> = {
  northeast: 'ne',
  southeast: 'se',
  northwest: 'nw',
  southwest: 'sw',
  north: 'n',
  south: 's',
  east: 'e',
  west: 'w',
  central: 'c',
};

/** The Availability Zones of a region: names, and ids that mean the same place in every account. */
export function zonesOf(region: string): Zone[] {
  const [area = '', direction = '', number = ''] = region.split('-');
  const code = `${area}${DIRECTIONS[direction] ?? direction}${number}`;
  return Array.from({ length: COUNTS[region] ?? 3 }, (_, index) => ({
    name: `${region}${'abcdef'[index]}`,
    id: `${code}-az${index + 1}`,
  }));
}
