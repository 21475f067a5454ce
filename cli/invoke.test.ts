import { expect, it } from 'vitest';
import { invoke, StepError } from './invoke.ts';

const asked: unknown[] = [];
const installation = (answer: object, FunctionError?: string) =>
  ({
    functionName: (step: string) => `shop-${step}`,
    lambda: {
      send: async ({ input }: { input: { FunctionName: string; Payload: Uint8Array } }) => {
        asked.push([input.FunctionName, JSON.parse(Buffer.from(input.Payload).toString())]);
        return { Payload: Buffer.from(JSON.stringify(answer)), ...(FunctionError && { FunctionError }) };
      },
    },
  }) as never;

it('asks the function of the installation and gives its answer', async () => {
  expect(await invoke(installation({ six: 6 }), 'look', { tenantId: 'acme' })).toEqual({ six: 6 });
  expect(asked).toEqual([['shop-look', { tenantId: 'acme' }]]);
});

it.each([
  [{ errorType: 'TenantUnknown', errorMessage: 'no such tenant' }, 'TenantUnknown'],
  [{ errorMessage: 'no such tenant' }, 'UnexpectedError'],
])('throws what the function says is wrong: %o', async (answer, errorType) => {
  const refused = invoke(installation(answer, 'Unhandled'), 'look', {});
  await expect(refused).rejects.toBeInstanceOf(StepError);
  await expect(refused).rejects.toMatchObject({ errorType, message: `${errorType}: no such tenant` });
});
