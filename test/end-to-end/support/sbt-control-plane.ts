import { randomUUID } from 'node:crypto';
import { PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { connectQueue, receive } from './bus-listener.ts';
import type { Clients } from './clients.ts';
import { eventually } from './eventually.ts';

/** What SBT's tables say of a tenant. */
export interface SbtRecord {
  registration: Record<string, unknown>;
  tenant: Record<string, unknown>;
}

interface Heard {
  'detail-type': string;
  source: string;
  detail: {
    tenantRegistrationId: string;
    jobOutput: {
      tenantStatus?: string;
      tenantData?: Record<string, unknown>;
      tenantRegistrationData?: Record<string, unknown>;
    };
  };
}

/**
 * A control plane of the SaaS Builder Toolkit, as far as its application plane can tell: its registration service, which
 * knows nothing but its own events.
 * https://github.com/awslabs/sbt-aws/blob/main/resources/functions/tenant-registrations/index.py
 */
export interface SbtControlPlane {
  /** `POST /tenant-registrations`; the registration's id. `times` is how often EventBridge delivers the event. */
  register(tenantData: Record<string, unknown>, times?: number): Promise<string>;
  /** `DELETE /tenant-registrations/{id}`. */
  unregister(registrationId: string): Promise<void>;
  /** The record once it has this status. */
  became(registrationId: string, registrationStatus: string): Promise<SbtRecord>;
  /** Detail types of the answers to a registration, in the order in which they came. */
  answers(registrationId: string): Promise<string[]>;
}

const NAME = 'sbt-control-plane';
const ANSWERS = ['provisionSuccess', 'provisionFailure', 'deprovisionSuccess', 'deprovisionFailure'];

/** Starts one on Tenantry's bus, which it was given as its own. */
export async function startSbtControlPlane(clients: Clients): Promise<SbtControlPlane> {
  const queueUrl = await connectQueue(clients, NAME, {
    source: ['sbt.application.plane'],
    'detail-type': ANSWERS.map((name) => `sbt_aws_${name}`),
  });
  const records = new Map<string, SbtRecord>();
  const heard: Heard[] = [];
  const recordOf = (registrationId: string) => {
    const record = records.get(registrationId);
    if (!record) throw new Error(`there is no registration ${registrationId}`);
    return record;
  };
  // Waits as SQS lets it wait: the simulated clock does not leap while somebody asks all the time.
  const listen = async () => {
    for (const event of await receive<Heard>(clients, queueUrl, 1)) {
      heard.push(event);
      patch(recordOf(event.detail.tenantRegistrationId), event.detail.jobOutput);
    }
  };
  return {
    async register(tenantData, times = 1) {
      const [tenantId, tenantRegistrationId] = [randomUUID(), randomUUID()];
      const tenant = { ...tenantData, tenantId, sbtaws_active: true };
      records.set(tenantRegistrationId, {
        registration: { tenantRegistrationId, tenantId, sbtaws_active: true },
        tenant,
      });
      const detail = { ...tenantData, tenantId, tenantRegistrationId };
      await put(clients, 'sbt_aws_onboardingRequest', detail, times);
      return tenantRegistrationId;
    },
    async unregister(registrationId) {
      const { tenant, registration } = recordOf(registrationId);
      tenant['sbtaws_active'] = false;
      const detail = { ...tenant, ...registration };
      registration['sbtaws_active'] = false;
      await put(clients, 'sbt_aws_offboardingRequest', detail, 1);
    },
    became: (registrationId, status) =>
      eventually(`${registrationId} to become ${status}`, async () => {
        await listen();
        const record = recordOf(registrationId);
        return record.registration['registrationStatus'] === status ? record : undefined;
      }),
    async answers(registrationId) {
      await listen();
      return heard
        .filter(({ detail }) => detail.tenantRegistrationId === registrationId)
        .map((event) => event['detail-type']);
    },
  };
}

/** `PATCH /tenant-registrations/{id}` with the answer's jobOutput: all that SBT takes of an answer. */
function patch(
  record: SbtRecord,
  { tenantRegistrationData = {}, tenantData = {} }: Heard['detail']['jobOutput'],
): void {
  Object.assign(record.registration, tenantRegistrationData);
  const { tenantId: _, ...changes } = tenantData;
  Object.assign(record.tenant, changes);
}

async function put(clients: Clients, DetailType: string, detail: object, times: number): Promise<void> {
  const entry = { EventBusName: 'tenantry', Source: 'sbt.control.plane', DetailType, Detail: JSON.stringify(detail) };
  const { Entries = [] } = await clients.events.send(
    new PutEventsCommand({ Entries: Array.from({ length: times }, () => entry) }),
  );
  for (const { ErrorCode, ErrorMessage } of Entries)
    if (ErrorCode) throw new Error(`PutEvents: ${ErrorCode} ${ErrorMessage}`);
}
