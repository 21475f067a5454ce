import type { Collection, Store } from '../../kernel/store.ts';

/** What an update changes, and what a version freezes. */
export interface Revision {
  readonly definition: string;
  readonly roleArn: string;
  readonly loggingConfiguration: LoggingConfiguration;
  readonly tracingConfiguration: { readonly enabled: boolean };
  readonly encryptionConfiguration?: Readonly<Record<string, unknown>>;
  readonly updateDate: number;
}

export interface LoggingConfiguration {
  readonly level: string;
  readonly includeExecutionData: boolean;
  readonly destinations?: readonly unknown[];
}

export interface Version {
  readonly revisionId: string;
  readonly description?: string;
  readonly creationDate: number;
}

export interface Alias {
  readonly name: string;
  readonly description?: string;
  readonly routingConfiguration: readonly { readonly stateMachineVersionArn: string; readonly weight: number }[];
  readonly creationDate: number;
  readonly updateDate: number;
}

export interface Machine {
  readonly arn: string;
  readonly name: string;
  readonly accountId: string;
  readonly type: 'STANDARD' | 'EXPRESS';
  readonly status: 'ACTIVE' | 'DELETING';
  readonly creationDate: number;
  /** `INITIAL` until the first update. */
  readonly revisionId: string;
  readonly lastVersion: number;
  readonly versions: Readonly<Record<string, Version>>;
  readonly aliases: Readonly<Record<string, Alias>>;
  readonly tags: Readonly<Record<string, string>>;
}

/** All state machines, durable; reads come from memory, since every StartExecution reads one. */
export interface Machines {
  get(arn: string): Machine | undefined;
  put(machine: Machine): void;
  delete(arn: string): void;
  list(): Machine[];
  revision(machine: Machine, revisionId?: string): Revision;
  /** Revisions outlive their machine: past executions still show what they ran. */
  putRevision(machineArn: string, revisionId: string, revision: Revision): void;
}

/** The state machines in `store`. */
export function openMachines(store: Store): Machines {
  const machines = store.collection<Machine>('states.machines');
  const revisions: Collection<Revision> = store.collection<Revision>('states.revisions');
  const known = new Map<string, Machine>(machines.entries());
  const knownRevisions = new Map<string, Revision>();

  return {
    get: (arn) => known.get(arn),
    put(machine) {
      machines.put(machine.arn, machine);
      known.set(machine.arn, machine);
    },
    delete(arn) {
      machines.delete(arn);
      known.delete(arn);
    },
    list: () => [...known.values()].sort((a, b) => (a.name < b.name ? -1 : 1)),
    revision(machine, revisionId = machine.revisionId) {
      const key = `${machine.arn}#${revisionId}`;
      const revision = knownRevisions.get(key) ?? revisions.get(key);
      if (!revision) throw new Error(`revision ${revisionId} of ${machine.arn} is missing from the store`);
      knownRevisions.set(key, revision);
      return revision;
    },
    putRevision(machineArn, revisionId, revision) {
      const key = `${machineArn}#${revisionId}`;
      revisions.put(key, revision);
      knownRevisions.set(key, revision);
    },
  };
}
