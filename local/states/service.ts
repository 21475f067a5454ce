import type { Cloud, Service } from '../kernel/service.ts';
import { assembleStates, type StatesOptions } from './assemble.ts';
import { createEngine } from './engine/engine.ts';

/**
 * AWS Step Functions: the API around the language engine, durable in the cloud's store.
 * https://docs.aws.amazon.com/step-functions/latest/apireference/
 */
export function statesService(cloud: Cloud, options: StatesOptions = {}): Service {
  return assembleStates(cloud, options, createEngine);
}
