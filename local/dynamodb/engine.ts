import { createRequire } from 'node:module';
import { AwsError } from '../kernel/errors.ts';
import type { OperationInput } from '../kernel/service.ts';

/**
 * The storage engine: dynalite's own validations and actions, called in process. Its HTTP server would add a TCP hop
 * and a second authentication to every call.
 */
export interface Engine {
  /** Performs `PutItem`, `Query`, … on the raw wire input. Throws AwsError with DynamoDB's code, text and status. */
  run(operation: string, input: OperationInput): Promise<OperationInput>;
  close(): Promise<void>;
}

type Done = (error: Error | null, value?: unknown) => void;
interface TableDb {
  awsAccountId: string;
  awsRegion: string;
  get(name: string, done: Done): void;
  put(name: string, table: unknown, done: Done): void;
  del(name: string, done: Done): void;
}
interface DynaliteStore {
  readonly tableDb: TableDb;
  readonly db: { close(done: (error?: Error) => void): void };
}
interface DynaliteError extends Error {
  statusCode?: number;
  body?: { __type: string; message?: string; Message?: string; [member: string]: unknown };
}
type Action = (
  store: DynaliteStore,
  data: unknown,
  done: (error: DynaliteError | null, output: unknown) => void,
) => void;
interface Validations {
  checkTypes(data: unknown, types: unknown): unknown;
  checkValidations(data: unknown, types: unknown, custom: unknown, store: DynaliteStore): void;
  toLowerFirst(name: string): string;
}

// dynalite is CommonJS without types.
const load = createRequire(import.meta.url);
const database: { create(options: Record<string, unknown>): DynaliteStore } = load('dynalite/db');
const validations: Validations = load('dynalite/validations');
const actions = new Map<string, { action: Action; types: unknown; custom: unknown }>();

function actionOf(operation: string) {
  const known = actions.get(operation);
  if (known) return known;
  const name = validations.toLowerFirst(operation);
  const { types, custom } = load(`dynalite/validations/${name}`);
  const made = { action: load(`dynalite/actions/${name}`) as Action, types, custom };
  actions.set(operation, made);
  return made;
}

/** Opens the tables of one account and region in a folder of their own. States of tables are not the engine's matter: they change at once. */
export function openEngine(folder: string, accountId: string, region: string): Engine {
  const store = database.create({ path: folder, createTableMs: 0, updateTableMs: 0, deleteTableMs: 0 });
  store.tableDb.awsAccountId = accountId;
  store.tableDb.awsRegion = region;
  cacheDefinitions(store.tableDb);
  return {
    run(operation, input) {
      const { action, types, custom } = actionOf(operation);
      return new Promise((resolve, reject) => {
        try {
          // The validation removes members from its input.
          const data = validations.checkTypes(structuredClone(input), types);
          validations.checkValidations(data, types, custom, store);
          action(store, data, (error, output) => (error ? reject(translate(error)) : resolve(output)));
        } catch (error) {
          reject(translate(error as DynaliteError));
        }
      });
    },
    close: () => new Promise((resolve, reject) => store.db.close((error) => (error ? reject(error) : resolve()))),
  };
}

function translate(error: DynaliteError): Error {
  if (!error.body || !error.statusCode) return error;
  const { __type, message, Message, ...fields } = error.body;
  return new AwsError(__type.split('#').at(-1) ?? __type, message ?? Message ?? '', {
    status: error.statusCode,
    fields,
  });
}

/** Every action reads the table's definition first; from memory that saves a third of the time of a write. Actions change what they read, so each gets a copy. */
function cacheDefinitions(tableDb: TableDb): void {
  const known = new Map<string, string>();
  /** A read that a change overtook is not kept. */
  let changes = 0;
  const { get, put, del } = tableDb;
  tableDb.get = (name, done) => {
    const text = known.get(name);
    if (text !== undefined) return done(null, JSON.parse(text));
    const before = changes;
    get(name, (error, table) => {
      if (!error && table !== undefined && changes === before) known.set(name, JSON.stringify(table));
      done(error, table);
    });
  };
  tableDb.put = (name, table, done) => {
    changes++;
    known.set(name, JSON.stringify(table));
    put(name, table, done);
  };
  tableDb.del = (name, done) => {
    const forget = () => {
      changes++;
      known.delete(name);
    };
    forget();
    // A read that begins while the deletion is under way may still see the table, and must not bring it back.
    del(name, (error, value) => {
      forget();
      done(error, value);
    });
  };
}
