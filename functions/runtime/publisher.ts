import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { TENANTRY_SOURCE } from '../../events/catalogue.ts';
import { createPublisher } from '../../events/publisher.ts';
import { environment, once } from './environment.ts';

/** Publishes Tenantry's own events on the bus that the environment names (`BUS_NAME`). */
export const publisher = once(() =>
  createPublisher({ client: new EventBridgeClient({}), source: TENANTRY_SOURCE, busName: environment('BUS_NAME') }),
);
