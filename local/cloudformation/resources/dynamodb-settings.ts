import { handlerErrorCode } from '../handler-errors.ts';
import { booleanOf, numberOf, type Properties, pick, type ResourceRequest, sameJson } from '../resource-provider.ts';

/** Billing mode and throughput, numbers as numbers. */
export function capacityOf(properties: Properties): Properties {
  const mode = properties.BillingMode ?? 'PROVISIONED';
  if (mode === 'PAY_PER_REQUEST') return { BillingMode: mode };
  const { ReadCapacityUnits, WriteCapacityUnits } = properties.ProvisionedThroughput ?? {};
  return {
    BillingMode: mode,
    ProvisionedThroughput: {
      ReadCapacityUnits: numberOf(ReadCapacityUnits),
      WriteCapacityUnits: numberOf(WriteCapacityUnits),
    },
  };
}

/** A stream in a template is on; dropping it turns the stream off. */
export function streamOf(properties: Properties, orOff = false): Properties {
  if (properties.StreamSpecification !== undefined) {
    return {
      StreamSpecification: { StreamEnabled: true, StreamViewType: properties.StreamSpecification.StreamViewType },
    };
  }
  return orOff ? { StreamSpecification: { StreamEnabled: false } } : {};
}

/** The API's names of the template's encryption members. */
export function encryptionOf(specification: Properties): Properties {
  return { Enabled: booleanOf(specification.SSEEnabled), ...pick(specification, ['SSEType', 'KMSMasterKeyId']) };
}

/** Updates that turn the global secondary indexes of `before` into those of `after`, one index each. */
export function indexChanges(before: Properties, after: Properties): Properties[] {
  const old: Properties[] = before.GlobalSecondaryIndexes ?? [];
  const next: Properties[] = after.GlobalSecondaryIndexes ?? [];
  const named = (list: Properties[], name: string) => list.find((index) => index.IndexName === name);
  return [
    ...old
      .filter((index) => !named(next, index.IndexName))
      .map((index) => ({ Delete: { IndexName: index.IndexName } })),
    ...next.filter((index) => !named(old, index.IndexName)).map((index) => ({ Create: index })),
  ];
}

/** Turns point-in-time recovery on or off where it differs from `before`. */
export async function setRecovery(
  request: ResourceRequest,
  TableName: string,
  before: Properties | undefined,
): Promise<void> {
  const wanted = booleanOf(request.properties.PointInTimeRecoverySpecification?.PointInTimeRecoveryEnabled) ?? false;
  const had = booleanOf(before?.PointInTimeRecoveryEnabled) ?? false;
  if (wanted === had) return;
  const days = numberOf(request.properties.PointInTimeRecoverySpecification?.RecoveryPeriodInDays);
  await request.call('dynamodb', 'UpdateContinuousBackups', {
    TableName,
    PointInTimeRecoverySpecification: {
      PointInTimeRecoveryEnabled: wanted,
      ...(days !== undefined && { RecoveryPeriodInDays: days }),
    },
  });
}

/** Sets or ends time to live where it differs from `before`. */
export async function setTimeToLive(
  request: ResourceRequest,
  TableName: string,
  before: Properties | undefined,
): Promise<void> {
  const wanted = request.properties.TimeToLiveSpecification as Properties | undefined;
  const specification = wanted ?? (before && { ...before, Enabled: false });
  if (!specification || sameJson(wanted, before)) return;
  const { AttributeName } = specification;
  const TimeToLiveSpecification = { AttributeName, Enabled: booleanOf(specification.Enabled) ?? true };
  if (!before && !TimeToLiveSpecification.Enabled) return;
  try {
    await request.call('dynamodb', 'UpdateTimeToLive', { TableName, TimeToLiveSpecification });
  } catch (error) {
    // A second try finds what the first one had set.
    if (!(request.resumed && handlerErrorCode(error) === 'InvalidRequest' && /already/i.test((error as Error).message)))
      throw error;
  }
}
