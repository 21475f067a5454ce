import { Agent, request } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Contender, repeat } from './contender.ts';

interface Server {
  readonly port: number;
  readonly processId: number;
  stop(): Promise<void>;
}

/** A contender that is spoken to as AWS's SDKs do, by the leanest client there is, the same for all. */
export function overHttp(name: string, launch: () => Promise<Server>): Contender {
  const agent = new Agent({ keepAlive: true, maxSockets: 64 });
  const machines = new Map<string, string>();
  let server: Server | undefined;

  function call(operation: string, input: object): Promise<Record<string, string>> {
    const body = JSON.stringify(input);
    const scope = '20260101/us-east-1/states/aws4_request';
    const headers = {
      'x-amz-target': `AWSStepFunctions.${operation}`,
      'content-type': 'application/x-amz-json-1.0',
      'content-length': Buffer.byteLength(body),
      authorization: `AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/${scope}, SignedHeaders=host, Signature=00`,
    };
    return new Promise((resolve, reject) => {
      const options = { host: '127.0.0.1', port: server?.port, method: 'POST', path: '/', agent, headers };
      const sent = request(options, (response) => {
        let text = '';
        response.on('data', (chunk) => {
          text += chunk;
        });
        response.on('end', () => {
          if (response.statusCode === 200) resolve(JSON.parse(text));
          else reject(new Error(`${name} answers ${operation} with ${response.statusCode}: ${text.slice(0, 300)}`));
        });
      });
      sent.on('error', reject);
      sent.end(body);
    });
  }

  async function machine(definition: object): Promise<string> {
    const text = JSON.stringify(definition);
    const known = machines.get(text);
    if (known) return known;
    const { stateMachineArn = '' } = await call('CreateStateMachine', {
      name: `m${machines.size}`,
      definition: text,
      roleArn: 'arn:aws:iam::000000000000:role/bench',
    });
    machines.set(text, stateMachineArn);
    return stateMachineArn;
  }

  async function untilEnded(executionArn: string | undefined): Promise<void> {
    for (let pause = 2; ; pause = Math.min(pause * 2, 200)) {
      const { status } = await call('DescribeExecution', { executionArn });
      if (status === 'SUCCEEDED') return;
      if (status !== 'RUNNING') throw new Error(`${name}: execution ended ${status}`);
      await sleep(pause);
    }
  }

  return {
    name,
    async start() {
      server = await launch();
    },
    async run(definition, input, count, concurrency) {
      const stateMachineArn = await machine(definition);
      await repeat(count, concurrency, async () => {
        const { executionArn } = await call('StartExecution', { stateMachineArn, input: JSON.stringify(input) });
        await untilEnded(executionArn);
      });
    },
    async leaveOpen(definition, count) {
      const stateMachineArn = await machine(definition);
      await repeat(count, 16, async () => {
        await call('StartExecution', { stateMachineArn, input: '{}' });
      });
    },
    processId: () => server?.processId ?? 0,
    async stop() {
      agent.destroy();
      await server?.stop();
    },
  };
}
