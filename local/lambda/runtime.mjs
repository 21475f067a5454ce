/**
 * What runs inside a function's worker: the counterpart of the Node runtime of Lambda. Plain JavaScript on purpose:
 * a TypeScript entry would load the type stripper into every worker, which doubles the cold start.
 *
 * It loads the handler, then serves one `invoke` message at a time. Messages out: `ready`, `failed` (init), `log`,
 * `result` and `error` (end of an invocation), `fatal` (the runtime is about to exit).
 * https://docs.aws.amazon.com/lambda/latest/dg/nodejs-handler.html
 */
import { existsSync } from 'node:fs';
import { createRequire, enableCompileCache, flushCompileCache } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { format, types } from 'node:util';
import { getHeapStatistics } from 'node:v8';
import { parentPort, workerData } from 'node:worker_threads';

const { handler: handlerName, taskRoot, runtime, logFormat, compileCache, clockOffset } = workerData;
const offset = new Float64Array(clockOffset);
let requestId = '';

if (compileCache) enableCompileCache(compileCache);
shiftDate();
captureOutput();
process.on('uncaughtException', (error) => fatal(describe(error)));
process.on('unhandledRejection', (reason) => {
  const cause = describe(reason);
  fatal({
    errorType: 'Runtime.UnhandledPromiseRejection',
    errorMessage: types.isNativeError(reason) ? `${cause.errorType}: ${cause.errorMessage}` : String(reason),
    reason: cause,
    promise: {},
    trace: cause.trace,
  });
});

/** Signatures and time stamps have to agree with the simulated clock; timers stay real. */
function shiftDate() {
  const RealDate = Date;
  const realNow = Date.now;
  const now = () => Math.floor(realNow() + offset[0]);
  RealDate.now = now;
  globalThis.Date = new Proxy(RealDate, {
    construct: (target, args, newTarget) => Reflect.construct(target, args.length === 0 ? [now()] : args, newTarget),
    apply: () => new RealDate(now()).toString(),
  });
  Object.defineProperty(RealDate.prototype, 'constructor', { value: globalThis.Date });
}

function captureOutput() {
  for (const stream of [process.stdout, process.stderr]) {
    stream.write = (chunk, encodingOrCallback, callback) => {
      log(typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString());
      const done = typeof encodingOrCallback === 'function' ? encodingOrCallback : callback;
      if (done) queueMicrotask(() => done());
      return true;
    };
  }
  const levels = { debug: 'DEBUG', log: 'INFO', info: 'INFO', warn: 'WARN', error: 'ERROR', trace: 'TRACE' };
  for (const [method, level] of Object.entries(levels)) {
    console[method] = (...values) => log(line(level, format(...values)));
  }
}

function line(level, message) {
  const timestamp = new Date().toISOString();
  if (logFormat === 'JSON') return `${JSON.stringify({ timestamp, level, requestId, message })}\n`;
  return `${timestamp}\t${requestId || 'undefined'}\t${level}\t${message}\n`;
}

function log(text) {
  parentPort.postMessage({ type: 'log', text });
}

function fatal(error) {
  log(line('ERROR', `Uncaught Exception \t${JSON.stringify(error)}`));
  parentPort.postMessage({ type: 'fatal', error });
  process.exit(129);
}

/** The error object of Lambda: what Step Functions matches in Retry and Catch is `errorType`. */
function describe(error) {
  try {
    if (types.isNativeError(error) || (error?.name && error.message !== undefined && error.stack)) {
      return {
        errorType: String(error.name),
        errorMessage: String(error.message),
        trace: String(error.stack ?? '').split('\n'),
      };
    }
    return { errorType: typeof error, errorMessage: error.toString(), trace: [] };
  } catch {
    return {
      errorType: 'handled',
      errorMessage:
        'callback called with Error argument, but there was a problem while retrieving one or more of its message, name, and stack',
    };
  }
}

class RuntimeError extends Error {
  constructor(name, message) {
    super(message);
    this.name = name;
  }
}

async function loadHandler() {
  const match = handlerName.match(/^((?:.*\/)?)([^/.]*)\.(.+)$/);
  if (!match || handlerName.includes('..')) throw new RuntimeError('Runtime.MalformedHandlerName', 'Bad handler');
  const [, folder, moduleName, path] = match;
  const loaded = await loadModule(join(taskRoot, folder), moduleName);
  const nested = (object) => path.split('.').reduce((value, key) => value?.[key], object);
  const handler = nested(loaded) ?? nested(loaded?.default);
  if (handler === undefined) {
    throw new RuntimeError('Runtime.HandlerNotFound', `${handlerName} is undefined or not exported`);
  }
  if (typeof handler !== 'function') {
    throw new RuntimeError('Runtime.HandlerNotFound', `${handlerName} is not a function`);
  }
  if (runtime !== 'nodejs22.x' && handler.length >= 3) {
    throw new RuntimeError(
      'Runtime.CallbackHandlerDeprecated',
      'ERROR: AWS Lambda has removed support for callback-based function handlers starting with Node.js 24. You need to modify this function to use a supported handler signature to use Node.js 24 or later. For more information see https://docs.aws.amazon.com/lambda/latest/dg/nodejs-handler.html.',
    );
  }
  return handler;
}

/** `.js` before `.mjs` before `.cjs`, as the managed runtime looks for them. */
async function loadModule(folder, name) {
  const file = ['.js', '.mjs', '.cjs']
    .map((extension) => join(folder, name + extension))
    .find((path) => existsSync(path));
  try {
    if (!file) {
      throw Object.assign(new Error(`Cannot find module '${name}'\nRequire stack:\n- /var/runtime/index.mjs`), {
        code: 'MODULE_NOT_FOUND',
      });
    }
    // A .js file follows the nearest package.json; import() loads both kinds, CommonJS exports arrive as `default`.
    if (file.endsWith('.cjs')) return createRequire(pathToFileURL(file))(file);
    return await import(pathToFileURL(file).href);
  } catch (error) {
    if (error instanceof SyntaxError)
      throw new RuntimeError('Runtime.UserCodeSyntaxError', `SyntaxError: ${error.message}`);
    if (error?.code === 'MODULE_NOT_FOUND' || error?.code === 'ERR_MODULE_NOT_FOUND') {
      throw new RuntimeError('Runtime.ImportModuleError', `Error: ${error.message}`);
    }
    throw error;
  }
}

async function invoke(handler, message) {
  requestId = message.requestId;
  if (message.traceId) process.env._X_AMZN_TRACE_ID = message.traceId;
  const context = contextOf(message);
  try {
    const event = JSON.parse(message.payload);
    const value = await call(handler, event, context);
    parentPort.postMessage({ type: 'result', body: stringify(value), heap: heap() });
  } catch (error) {
    const described = describe(error);
    const { trace: stack, ...rest } = described;
    log(line('ERROR', `Invoke Error \t${JSON.stringify({ ...rest, stack })}`));
    parentPort.postMessage({ type: 'error', error: described, heap: heap() });
  } finally {
    requestId = '';
  }
}

function call(handler, event, context) {
  if (handler.length < 3) return handler(event, context);
  return new Promise((resolve, reject) => {
    const returned = handler(event, context, (error, result) => (error ? reject(error) : resolve(result)));
    if (typeof returned?.then === 'function') returned.then(resolve, reject);
  });
}

function stringify(value) {
  try {
    return JSON.stringify(value === undefined ? null : value) ?? 'null';
  } catch {
    throw new Error('Unable to stringify response body');
  }
}

function contextOf(message) {
  const deadline = performance.now() + message.timeoutMilliseconds;
  const environment = process.env;
  return {
    callbackWaitsForEmptyEventLoop: true,
    functionVersion: environment.AWS_LAMBDA_FUNCTION_VERSION,
    functionName: environment.AWS_LAMBDA_FUNCTION_NAME,
    memoryLimitInMB: environment.AWS_LAMBDA_FUNCTION_MEMORY_SIZE,
    logGroupName: environment.AWS_LAMBDA_LOG_GROUP_NAME,
    logStreamName: environment.AWS_LAMBDA_LOG_STREAM_NAME,
    clientContext: message.clientContext,
    identity: undefined,
    invokedFunctionArn: message.functionArn,
    awsRequestId: message.requestId,
    getRemainingTimeInMillis: () => Math.max(0, Math.floor(deadline - performance.now())),
  };
}

function heap() {
  const { used_heap_size: used, external_memory: external } = getHeapStatistics();
  return used + external;
}

try {
  const handler = await loadHandler();
  parentPort.on('message', (message) => void invoke(handler, message));
  parentPort.postMessage({ type: 'ready' });
  // Workers are terminated, so the cache would never be written at exit.
  if (compileCache) flushCompileCache();
} catch (error) {
  const described = describe(error);
  log(line('ERROR', `Uncaught Exception \t${JSON.stringify(described)}`));
  parentPort.postMessage({ type: 'failed', error: described });
}
