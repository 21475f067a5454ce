import { administrator } from '../../local/kernel/cloud.ts';
import type { LocalCloud } from '../../local/local-cloud.ts';
import { type Contender, repeat } from './contender.ts';

/** The local cloud called without HTTP; journal and history are kept as over HTTP. */
export function inProcess(): Contender {
  let local: LocalCloud | undefined;
  const machines = new Map<string, string>();
  const waiting = new Map<string, (status: unknown) => void>();

  function call(operation: string, input: object): Promise<Record<string, string>> {
    if (!local) throw new Error('not started');
    return local.cloud.call('states', operation, input, administrator(local.cloud.accountId));
  }

  async function machine(definition: object): Promise<string> {
    const text = JSON.stringify(definition);
    const known = machines.get(text);
    if (known) return known;
    const roleArn = 'arn:aws:iam::000000000000:role/bench';
    const { stateMachineArn = '' } = await call('CreateStateMachine', {
      name: `m${machines.size}`,
      definition: text,
      roleArn,
    });
    machines.set(text, stateMachineArn);
    return stateMachineArn;
  }

  return {
    name: 'local cloud, in process',
    async start() {
      const { startLocalCloud } = await import('../../local/local-cloud.ts');
      local = await startLocalCloud({ port: 0, services: ['states'] });
      local.cloud.on(({ type, detail }) => {
        if (type !== 'states.execution' || detail['status'] === 'RUNNING') return;
        const executionArn = String(detail['executionArn']);
        waiting.get(executionArn)?.(detail['status']);
        waiting.delete(executionArn);
      });
    },
    async run(definition, input, count, concurrency) {
      const stateMachineArn = await machine(definition);
      const text = JSON.stringify(input);
      await repeat(count, concurrency, async () => {
        const { executionArn = '' } = await call('StartExecution', { stateMachineArn, input: text });
        const status = await new Promise((resolve) => waiting.set(executionArn, resolve));
        if (status !== 'SUCCEEDED') throw new Error(`execution ended ${String(status)}`);
      });
    },
    async leaveOpen(definition, count) {
      const stateMachineArn = await machine(definition);
      await repeat(count, 64, async () => {
        await call('StartExecution', { stateMachineArn, input: '{}' });
      });
    },
    processId: () => process.pid,
    async stop() {
      await local?.stop();
    },
  };
}
