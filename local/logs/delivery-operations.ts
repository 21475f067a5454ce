import { randomUUID } from 'node:crypto';
import { AwsError } from '../kernel/errors.ts';
import type { Cloud, Operation } from '../kernel/service.ts';

interface Delivery {
  id: string;
  logType: string;
  resourceArn: string;
  destination: string;
}

/**
 * The permission-only calls by which services such as Step Functions and API Gateway set up their logging: clients never
 * make them, but the role of a state machine has to allow them on `*`.
 * https://docs.aws.amazon.com/step-functions/latest/dg/cw-logs.html#cloudwatch-iam-policy
 */
export function deliveryOperations(cloud: Cloud): Record<string, Operation> {
  const deliveries = cloud.store.collection<Delivery>('logs.deliveries');
  const scope = (context: { accountId: string; region: string }) => `${context.accountId}/${context.region}/`;
  const find = (key: string): Delivery => {
    const delivery = deliveries.get(key);
    if (!delivery) throw new AwsError('ResourceNotFoundException', 'The specified log delivery does not exist.');
    return delivery;
  };
  return {
    CreateLogDelivery: {
      handle(input, context) {
        const delivery: Delivery = {
          id: randomUUID(),
          logType: String(input.logType ?? ''),
          resourceArn: String(input.resourceArn ?? ''),
          destination: String(input.destination ?? ''),
        };
        deliveries.put(scope(context) + delivery.id, delivery);
        return { logDeliveryId: delivery.id };
      },
    },
    GetLogDelivery: { handle: (input, context) => find(scope(context) + input.logDeliveryId) },
    UpdateLogDelivery: {
      handle(input, context) {
        const key = scope(context) + input.logDeliveryId;
        const delivery = find(key);
        deliveries.put(key, { ...delivery, destination: String(input.destination ?? delivery.destination) });
      },
    },
    DeleteLogDelivery: {
      handle(input, context) {
        const key = scope(context) + input.logDeliveryId;
        find(key);
        deliveries.delete(key);
      },
    },
    ListLogDeliveries: {
      handle: (_input, context) => ({
        logDeliveries: deliveries.entries(scope(context)).map(([, delivery]) => delivery),
      }),
    },
  };
}
