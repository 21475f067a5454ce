import jsonata from 'jsonata';

/** JSONata's own formatting of a moment. */
const format = jsonata('$fromMillis(time, picture, timezone)');

/** `$now()` and `$millis()` on the simulated clock; one moment for the whole evaluation, as JSONata has it. */
export function timeFunctions(time: number): Record<string, unknown> {
  return {
    millis: () => time,
    now: (picture?: unknown, timezone?: unknown) => format.evaluate({ time, picture, timezone }),
  };
}
