import { createRequire } from 'node:module';
import { join } from 'node:path';
import { type Contender, repeat } from './contender.ts';

interface Run {
  abort(): void;
  result: Promise<unknown>;
}
interface StateMachine {
  run(input: object): Run;
}
interface Library {
  StateMachine: new (definition: object) => StateMachine;
}

/** The npm package; it keeps no history. */
export function awsLocalStepFunctions(folder: string): Contender {
  let library: Library | undefined;
  const machines = new Map<object, StateMachine>();
  const open: Run[] = [];

  function machine(definition: object): StateMachine {
    if (!library) throw new Error('not started');
    const known = machines.get(definition) ?? new library.StateMachine(definition);
    machines.set(definition, known);
    return known;
  }

  return {
    name: 'aws-local-stepfunctions, in process',
    async start() {
      library = createRequire(join(folder, 'package.json'))('aws-local-stepfunctions') as Library;
    },
    async run(definition, input, count, concurrency) {
      const tested = machine(definition);
      await repeat(count, concurrency, async () => {
        await tested.run(input).result;
      });
    },
    async leaveOpen(definition, count) {
      for (let begun = 0; begun < count; begun++) open.push(machine(definition).run({}));
    },
    processId: () => process.pid,
    async stop() {
      for (const run of open) {
        run.result.catch(() => undefined);
        run.abort();
      }
    },
  };
}
