import { REGION } from './clients.ts';
import { signedRequest } from './signed-request.ts';

/** Invokes a function and returns its answer. https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html */
export async function invoke(endpoint: string, functionName: string, payload: unknown = {}): Promise<unknown> {
  const text = await signedRequest(endpoint, 'lambda', {
    method: 'POST',
    path: `/2015-03-31/functions/${functionName}/invocations`,
    headers: { 'content-type': 'application/json', 'x-amz-region': REGION },
    body: JSON.stringify(payload),
  });
  return JSON.parse(text || 'null');
}
