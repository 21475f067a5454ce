const steps = Array.from({ length: 5 }, (_, index) => [
  `Step${index + 1}`,
  {
    Type: 'Pass',
    Parameters: { 'value.$': '$.value', step: index + 1 },
    ...(index < 4 ? { Next: `Step${index + 2}` } : { End: true }),
  },
]);

/** Five states that build their output from their input. */
export const FIVE_STATES = { StartAt: 'Step1', States: Object.fromEntries(steps) };

/** One Map over `$.items`, an inline iteration of one state. */
export const MAP = {
  StartAt: 'Each',
  States: {
    Each: {
      Type: 'Map',
      ItemsPath: '$.items',
      ItemProcessor: { StartAt: 'Item', States: { Item: { Type: 'Pass', End: true } } },
      End: true,
    },
  },
};

/** Waits that long. */
export function waiting(seconds: number): object {
  return { StartAt: 'Wait', States: { Wait: { Type: 'Wait', Seconds: seconds, End: true } } };
}
