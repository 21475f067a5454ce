import { request } from 'node:https';
import { setTimeout as delay } from 'node:timers/promises';
import type { Child } from './child.ts';

export interface ProbeTls {
  ca: string;
  cert?: string;
  key?: string;
}

/** What the server answered: status and body. Rejects when it cannot be reached. */
export function probe(
  url: string,
  tls: ProbeTls,
  options: { method?: string; body?: string } = {},
): Promise<{ status: number; body: string }> {
  return new Promise((resolve, reject) => {
    const outgoing = request(
      url,
      // No agent: a pooled socket would outlive the process it leads to.
      { ...tls, method: options.method ?? 'GET', agent: false, timeout: 10_000 },
      (incoming) => {
        let body = '';
        incoming.setEncoding('utf8');
        incoming.on('data', (chunk: string) => {
          body += chunk;
        });
        incoming.on('end', () => resolve({ status: incoming.statusCode ?? 0, body }));
        incoming.on('error', reject);
      },
    );
    outgoing.on('timeout', () => outgoing.destroy(new Error(`${url} did not answer within 10 s`)));
    outgoing.on('error', reject);
    outgoing.end(options.body);
  });
}

/**
 * Waits until `url` answers 200. Throws with the end of the log if the process ends first, or with the last answer after
 * `patience` real milliseconds.
 */
export async function waitUntilReady(child: Child, url: string, tls: ProbeTls, patience: number): Promise<void> {
  const deadline = Date.now() + patience;
  let last = 'no answer';
  while (Date.now() < deadline) {
    if (child.hasEnded()) throw new Error(`${child.name} ended with ${await child.ended}:\n${child.logTail()}`);
    try {
      const answer = await probe(url, tls);
      if (answer.status === 200) return;
      last = `${answer.status} ${answer.body}`;
    } catch (error) {
      last = (error as Error).message;
    }
    await delay(20);
  }
  throw new Error(`${child.name} was not ready within ${patience / 1000} s: ${last}\n${child.logTail()}`);
}
