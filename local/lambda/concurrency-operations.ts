import { AwsError } from '../kernel/errors.ts';
import type { Operation } from '../kernel/service.ts';
import { reservedConcurrency, unreservedMinimum } from './concurrency.ts';
import { lookUp } from './lookup.ts';
import { type LambdaParts, onFunction } from './parts.ts';

/** Reserved concurrency and the account's limits. https://docs.aws.amazon.com/lambda/latest/dg/configuration-concurrency.html */
export function concurrencyOperations(parts: LambdaParts): Record<string, Operation> {
  const { functions } = parts;
  const PUT = '/2017-10-31/functions/{FunctionName}/concurrency';
  return {
    PutFunctionConcurrency: {
      http: { method: 'PUT', uri: PUT },
      authorize: onFunction('lambda:PutFunctionConcurrency', functions),
      handle(input, context) {
        const { record } = lookUp(parts, input, context);
        const wanted = Number(input.ReservedConcurrentExecutions);
        const others =
          reservedConcurrency(functions, record.accountId, record.region) - (record.reservedConcurrency ?? 0);
        const limit = parts.accountConcurrency(record.accountId, record.region);
        if (wanted > limit - unreservedMinimum(limit) - others) {
          throw new AwsError(
            'InvalidParameterValueException',
            `Specified ReservedConcurrentExecutions for function decreases account's UnreservedConcurrentExecution below its minimum value of [${unreservedMinimum(limit)}].`,
            { fields: { Type: 'User' } },
          );
        }
        functions.put({ ...record, reservedConcurrency: wanted });
        return { ReservedConcurrentExecutions: wanted };
      },
    },
    GetFunctionConcurrency: {
      http: { method: 'GET', uri: '/2019-09-30/functions/{FunctionName}/concurrency' },
      authorize: onFunction('lambda:GetFunctionConcurrency', functions),
      handle(input, context) {
        const reserved = lookUp(parts, input, context).record.reservedConcurrency;
        return reserved === undefined ? {} : { ReservedConcurrentExecutions: reserved };
      },
    },
    DeleteFunctionConcurrency: {
      http: { method: 'DELETE', uri: PUT, status: 204 },
      authorize: onFunction('lambda:DeleteFunctionConcurrency', functions),
      handle(input, context) {
        const { reservedConcurrency: _removed, ...record } = lookUp(parts, input, context).record;
        functions.put(record);
      },
    },
    GetAccountSettings: {
      http: { method: 'GET', uri: '/2016-08-19/account-settings' },
      handle(_input, context) {
        const own = functions.list(context.accountId, context.region);
        const limit = parts.accountConcurrency(context.accountId, context.region);
        const unreserved = limit - reservedConcurrency(functions, context.accountId, context.region);
        return {
          AccountLimit: {
            TotalCodeSize: 80_530_636_800,
            CodeSizeUnzipped: 262_144_000,
            CodeSizeZipped: 52_428_800,
            ConcurrentExecutions: limit,
            UnreservedConcurrentExecutions: unreserved,
          },
          AccountUsage: {
            TotalCodeSize: own.reduce((sum, record) => sum + record.latest.codeSize, 0),
            FunctionCount: own.length,
          },
        };
      },
    },
  };
}
