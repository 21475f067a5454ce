import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

/** The most seconds that an API server asks for. https://github.com/kubernetes/kubernetes/blob/v1.35.4/staging/src/k8s.io/apiserver/pkg/util/flowcontrol/dropped_requests_tracker.go */
const LONGEST_RETRY_AFTER = 32;

interface Retrier {
  readonly ErrorEquals: readonly string[];
  readonly IntervalSeconds: number;
  readonly BackoffRate: number;
  readonly MaxDelaySeconds: number;
  readonly MaxAttempts: number;
  readonly JitterStrategy?: string;
}

interface States {
  readonly [name: string]: {
    readonly Retry?: readonly Retrier[];
    readonly ItemProcessor?: { readonly States: States };
    readonly Branches?: readonly { readonly States: States }[];
  };
}

const folder = new URL('../../statemachines/', import.meta.url);
const machines = readdirSync(folder).filter((file) => file.endsWith('.asl.json'));

function retriers(states: States, path: string): [string, Retrier][] {
  return Object.entries(states).flatMap(([name, state]) => [
    ...(state.Retry ?? []).map((retrier): [string, Retrier] => [`${path} ${name}`, retrier]),
    ...[state.ItemProcessor, ...(state.Branches ?? [])].flatMap((inner) =>
      inner === undefined ? [] : retriers(inner.States, `${path} ${name}`),
    ),
  ]);
}

/** Seconds that it waits in all, on average: full jitter halves each wait. */
function waits({ IntervalSeconds, BackoffRate, MaxDelaySeconds, MaxAttempts, JitterStrategy }: Retrier): number {
  const delays = Array.from({ length: MaxAttempts }, (_, n) =>
    Math.min(MaxDelaySeconds, IntervalSeconds * BackoffRate ** n),
  );
  return delays.reduce((sum, delay) => sum + delay, 0) / (JitterStrategy === 'FULL' ? 2 : 1);
}

const throttled = machines
  .flatMap((file) =>
    retriers((JSON.parse(readFileSync(new URL(file, folder), 'utf8')) as { States: States }).States, file),
  )
  .filter(([, { ErrorEquals }]) => ErrorEquals.includes('KubernetesThrottled'));

test('there are workflows that a cluster may throttle', () => {
  expect(throttled.length).toBeGreaterThan(5);
});

test.each(throttled)('%s tries again for longer than any API server asks to be left alone', (_, retrier) => {
  expect(waits(retrier)).toBeGreaterThan(LONGEST_RETRY_AFTER);
  expect(retrier.ErrorEquals).toContain('ClusterUnreachable');
});
