import type { TestCloud } from './test-cloud.ts';
import { ACCOUNT } from './test-cloud.ts';
import { writeZip } from './zip.ts';

/** Invoke's output as it is in process. */
export interface Answer {
  StatusCode: number;
  FunctionError?: string;
  Payload: Uint8Array;
  LogResult?: string;
  ExecutedVersion: string;
}

/** Creates a function of these files and waits until it is Active. */
export async function create(
  test: TestCloud,
  name: string,
  files: Record<string, string>,
  settings: Record<string, unknown> = {},
): Promise<void> {
  await test.call('lambda', 'CreateFunction', {
    FunctionName: name,
    Runtime: 'nodejs24.x',
    Handler: 'index.handler',
    Role: `arn:aws:iam::${ACCOUNT}:role/worker`,
    Code: { ZipFile: writeZip(files) },
    ...settings,
  });
  await test.cloud.clock.sleep(500);
}

/** Invokes it; `body` is the parsed payload of the answer. */
export async function invoke(test: TestCloud, name: string, payload: unknown = {}, more: Record<string, unknown> = {}) {
  const answer = await test.call<Answer>('lambda', 'Invoke', {
    FunctionName: name,
    Payload: JSON.stringify(payload),
    ...more,
  });
  const text = Buffer.from(answer.Payload).toString();
  return { ...answer, body: text === '' ? undefined : JSON.parse(text) };
}

/** One ES module. */
export const esm = (body: string): Record<string, string> => ({ 'index.mjs': body });

/** One ES module with a handler of this body. */
export const handler = (body: string): Record<string, string> =>
  esm(`export const handler = async (event, context) => { ${body} };`);
