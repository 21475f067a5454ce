import type { Clock } from './kernel/clock.ts';
import { jumpingClock, realClock, scaledClock } from './kernel/clocks.ts';
import { createCloud, type RunningCloud } from './kernel/cloud.ts';
import { type Gateway, startGateway } from './kernel/gateway.ts';
import type { Cloud, Identity, Service } from './kernel/service.ts';
import { openStore } from './kernel/sqlite-store.ts';
import { lockState } from './kernel/state-lock.ts';
import type { Store } from './kernel/store.ts';
import type { ServiceOptions } from './service-options.ts';

export interface LocalCloudOptions {
  /** Port on 127.0.0.1; 0 takes a free one. Default 4566. */
  port?: number;
  /** Services to run, in {@link SERVICE_NAMES}. Default: all. */
  services?: readonly string[];
  /** Folder of the durable state; default: in memory. */
  state?: string;
  /** `real`, `jump` (leaps to the next timer when nothing is in progress) or a factor of speed. Default: `real`. */
  clock?: 'real' | 'jump' | number;
  accountId?: string;
  region?: string;
  log?: Cloud['log'];
  /** Options handed to one service's maker. */
  serviceOptions?: ServiceOptions;
}

export interface LocalCloud {
  readonly cloud: RunningCloud;
  readonly endpoint: string;
  readonly port: number;
  stop(): Promise<void>;
}

type Maker = (cloud: Cloud, options: never) => Service;

/** Loaded only when asked for, so that a run of a few services starts fast. Later ones may call earlier ones at start. */
const MAKERS: Record<string, () => Promise<Maker>> = {
  iam: async () => (await import('./iam/service.ts')).iamService,
  sts: async () => (await import('./sts/service.ts')).stsService,
  organizations: async () => (await import('./organizations/service.ts')).organizationsService,
  account: async () => (await import('./account/service.ts')).accountService,
  servicequotas: async () => (await import('./servicequotas/service.ts')).servicequotasService,
  ec2: async () => (await import('./ec2/service.ts')).ec2Service,
  logs: async () => (await import('./logs/service.ts')).logsService,
  ssm: async () => (await import('./ssm/service.ts')).ssmService,
  kms: async () => (await import('./kms/service.ts')).kmsService,
  s3: async () => (await import('./s3/service.ts')).s3Service,
  sqs: async () => (await import('./sqs/service.ts')).sqsService,
  dynamodb: async () => (await import('./dynamodb/service.ts')).dynamodbService,
  budgets: async () => (await import('./budgets/service.ts')).budgetsService,
  // Control planes run again before anything that calls them goes on: a kube-apiserver that is not ready refuses what it would allow.
  eks: async () => (await import('./eks/service.ts')).eksService,
  lambda: async () => (await import('./lambda/service.ts')).lambdaService,
  states: async () => (await import('./states/service.ts')).statesService,
  events: async () => (await import('./events/service.ts')).eventsService,
  scheduler: async () => (await import('./scheduler/service.ts')).schedulerService,
  cloudformation: async () => (await import('./cloudformation/service.ts')).cloudformationService,
};

/** Every service the local cloud has. */
export const SERVICE_NAMES: readonly string[] = Object.keys(MAKERS);

/**
 * Starts a local cloud that serves on 127.0.0.1 and has resumed what its state folder says was in progress.
 * Throws an Error that names the services there are for one that it does not know, one that names the process which uses the
 * state folder, and the listen error of a taken port. Nothing is left running then.
 */
export async function startLocalCloud(options: LocalCloudOptions = {}): Promise<LocalCloud> {
  const names = checkedNames(options.services ?? SERVICE_NAMES);
  const unlock = options.state ? lockState(options.state) : () => undefined;
  let cloud: RunningCloud | undefined;
  let gateway: Gateway | undefined;
  const stop = async () => {
    await gateway?.close();
    await cloud?.stop();
    unlock();
  };
  try {
    cloud = await assemble(names, options);
    gateway = await startGateway(cloud, options.port ?? 4566);
    await cloud.start();
    return { cloud, endpoint: cloud.endpoint, port: gateway.port, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function assemble(names: readonly string[], options: LocalCloudOptions): Promise<RunningCloud> {
  const store = openStore(options.state ?? ':memory:');
  const cloud = createCloud({
    clock: makeClock(options.clock ?? 'real', store),
    store,
    identity: await identityMaker(names),
    ...(options.accountId && { accountId: options.accountId }),
    ...(options.region && { region: options.region }),
    ...(options.log && { log: options.log }),
  });
  const guarded = await accountGuard(names, cloud);
  for (const name of names) {
    const make = await MAKERS[name]?.();
    if (make) cloud.register(guarded(make(cloud, options.serviceOptions?.[name as keyof ServiceOptions] as never)));
  }
  return cloud;
}

/** Accounts that Organizations has just created are not known to every service yet. */
async function accountGuard(names: readonly string[], cloud: Cloud): Promise<(service: Service) => Service> {
  if (!names.includes('organizations')) return (service) => service;
  const { refusingFreshAccounts } = await import('./organizations/subscription.ts');
  return (service) => refusingFreshAccounts(cloud, service);
}

/** A clock that had leapt goes on from there after a restart: time never goes back for what is in the state. */
function makeClock(kind: 'real' | 'jump' | number, store: Store): Clock {
  if (kind === 'real') return realClock();
  if (typeof kind === 'number') return scaledClock(kind);
  const state = store.collection<number>('kernel.clock');
  return jumpingClock({
    aheadOfReal: state.get('ahead-of-real') ?? 0,
    leapt: (ahead) => state.put('ahead-of-real', ahead),
  });
}

function checkedNames(asked: readonly string[]): string[] {
  const unknown = asked.filter((name) => !SERVICE_NAMES.includes(name));
  if (unknown.length > 0) {
    throw new Error(
      `unknown service ${unknown.map((name) => `"${name}"`).join(', ')}; the local cloud has: ${SERVICE_NAMES.join(', ')}`,
    );
  }
  return SERVICE_NAMES.filter((name) => asked.includes(name));
}

/** Policies are enforced whenever IAM is part of the run, those of the organization too; without it every caller is let through. */
async function identityMaker(names: readonly string[]): Promise<(cloud: Cloud) => Identity> {
  const { allowAllIdentity, createIdentity } = await import('./iam/identity.ts');
  if (!names.includes('iam')) return (cloud) => allowAllIdentity(cloud.accountId);
  if (!names.includes('organizations')) return createIdentity;
  const { accountRules } = await import('./organizations/account-rules.ts');
  return (cloud) => createIdentity(cloud, accountRules(cloud));
}
