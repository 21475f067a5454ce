import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  CreateStateMachineCommand,
  DescribeExecutionCommand,
  type DescribeExecutionOutput,
  paginateGetExecutionHistory,
  SFNClient,
  SFNServiceException,
  StartExecutionCommand,
} from '@aws-sdk/client-sfn';
import type { HistoryEvent } from './engine/contract.ts';
import { compareRun, count, emptyResult, type RecordedCase, type RecordedResult, readCases } from './recorded-cases.ts';
import { mockFileOf, TEST_CASE } from './recorded-mocks.ts';

const MAIN = new URL('../main.ts', import.meta.url).pathname;

/** Real milliseconds after which a case counts as hanging; the clock jumps, so none waits for timers. */
const PATIENCE = 20_000;

/**
 * The recorded cases as a user of the local cloud would run them: the served process, an AWS SDK, a mock file made of the
 * recorded task results.
 */
export async function runRecordedOverHttp(folder: string): Promise<RecordedResult> {
  const result = emptyResult();
  const cases = readCases(folder, result);
  const scratch = mkdtempSync(join(tmpdir(), 'recorded-'));
  const mocks = join(scratch, 'mocks.json');
  writeFileSync(mocks, JSON.stringify(mockFileOf(cases, machineName)));
  const server = await serve(mocks);
  const client = new SFNClient({
    endpoint: server.endpoint,
    region: 'us-east-1',
    credentials: { accessKeyId: '111111111111', secretAccessKey: 'any' },
  });
  try {
    for (const [index, recorded] of cases.entries()) await runCase(client, recorded, machineName(index), result);
    return result;
  } finally {
    client.destroy();
    await server.stop();
    rmSync(scratch, { recursive: true });
  }
}

function machineName(index: number): string {
  return `recorded-${index}`;
}

async function serve(mocks: string): Promise<{ endpoint: string; stop(): Promise<void> }> {
  const child = spawn(
    process.execPath,
    ['--disable-warning=ExperimentalWarning', MAIN, '--services', 'states,events', '--port', '0', '--clock', 'jump'],
    { env: { ...process.env, SFN_MOCK_CONFIG: mocks }, stdio: ['ignore', 'pipe', 'inherit'] },
  );
  const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const endpoint = await new Promise<string>((resolve, reject) => {
    let text = '';
    child.stdout.on('data', (chunk) => {
      text += chunk;
      const match = /local cloud on (\S+)/.exec(text);
      if (match?.[1]) resolve(match[1]);
    });
    child.once('exit', (code) => reject(new Error(`the local cloud ended with exit code ${code} before it served`)));
  });
  return {
    endpoint,
    async stop() {
      child.kill('SIGTERM');
      await exited;
    },
  };
}

async function runCase(client: SFNClient, recorded: RecordedCase, name: string, result: RecordedResult): Promise<void> {
  try {
    const { stateMachineArn } = await client.send(
      new CreateStateMachineCommand({
        name,
        definition: recorded.definition,
        roleArn: 'arn:aws:iam::111111111111:role/recorded',
      }),
    );
    const { executionArn } = await client.send(
      new StartExecutionCommand({ stateMachineArn: `${stateMachineArn}#${TEST_CASE}`, input: recorded.input }),
    );
    const outcome = await ended(client, executionArn ?? '');
    const events = await historyOf(client, executionArn ?? '');
    compareRun(recorded, { ...outcome, status: String(outcome.status) }, events, result);
  } catch (error) {
    if (!(error instanceof SFNServiceException)) throw error;
    const reason = `${error.name}: ${error.message}`;
    count(result.outcomes, recorded.id, reason);
    if (recorded.events) count(result.histories, recorded.id, reason);
  }
}

/** Describes the execution until it has ended or patience has. */
async function ended(client: SFNClient, executionArn: string): Promise<DescribeExecutionOutput> {
  const until = Date.now() + PATIENCE;
  for (;;) {
    const execution = await client.send(new DescribeExecutionCommand({ executionArn }));
    if (execution.status !== 'RUNNING' || Date.now() > until) return execution;
  }
}

async function historyOf(client: SFNClient, executionArn: string): Promise<HistoryEvent[]> {
  const events: HistoryEvent[] = [];
  for await (const page of paginateGetExecutionHistory({ client }, { executionArn })) {
    for (const event of page.events ?? []) {
      events.push({ ...(event as object), timestamp: event.timestamp?.getTime() ?? 0 } as HistoryEvent);
    }
  }
  return events;
}
