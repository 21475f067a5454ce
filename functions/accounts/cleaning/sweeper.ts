import type { EC2Client } from '@aws-sdk/client-ec2';
import type { AwsCredentialIdentity, AwsCredentialIdentityProvider } from '@smithy/types';

/** What every client of a sweep is made with. */
export interface ClientOptions {
  region: string;
  credentials?: AwsCredentialIdentityProvider | AwsCredentialIdentity;
  endpoint?: string;
  maxAttempts?: number;
  /** One for all clients of a sweep, so that some hundred of them do not keep sockets of their own. */
  requestHandler?: EC2Client['config']['requestHandler'];
}

/** Something that is in the account and does not belong there. */
export interface Leftover {
  /** As AWS says it: "security group", "bucket". */
  readonly kind: string;
  /** Id, name or ARN, whichever AWS's API acts upon. */
  readonly name: string;
  /** Its removal has been asked for and takes its time: it is not asked for again. */
  readonly going?: boolean;
  /** Why nothing here removes it: what it belongs to, which goes first or is not known here. */
  readonly keptBy?: string;
  /** Asks AWS to remove it and what is inside. Throws what AWS throws; what is gone already is no error. */
  remove?(): Promise<void>;
}

/** What the account has to have, and therefore keeps. */
export interface Kept {
  /** Names and ARNs of the resources of the baseline's stack. */
  readonly baseline: ReadonlySet<string>;
}

/** Finds and removes what one AWS service has in an account. */
export interface Sweeper {
  /** Name of the service: "ec2". */
  readonly service: string;
  /** Looked at once and not in each region. */
  readonly global?: boolean;
  /** All that is there, in the order of removal. Throws what AWS throws. */
  list(options: ClientOptions, kept: Kept): Promise<Leftover[]>;
}

/** All items of an operation that answers in pages. */
export async function everyPage<Page, Item>(
  read: (token: string | undefined) => Promise<Page>,
  items: (page: Page) => readonly Item[] | undefined,
  next: (page: Page) => string | undefined,
): Promise<Item[]> {
  const all: Item[] = [];
  let token: string | undefined;
  do {
    const page = await read(token);
    all.push(...(items(page) ?? []));
    token = next(page) || undefined;
  } while (token);
  return all;
}

/** Whether an error has one of these names. */
export function isError(error: unknown, ...names: string[]): boolean {
  return error instanceof Error && names.includes(error.name);
}

/** Waits for `work`; what another removed meanwhile, which AWS says with one of `names`, is gone as well. */
export async function orGone(work: Promise<unknown>, ...names: string[]): Promise<void> {
  try {
    await work;
  } catch (error) {
    if (!isError(error, ...names)) throw error;
  }
}
