/**
 * What a service of the local cloud is: a name, a wire protocol and operations. The gateway turns HTTP into calls of
 * these; other services call them in process through {@link Cloud.call}. Both ways go through the same fault
 * injection, the same IAM check and the same handler.
 */
import type { Clock } from './clock.ts';
import type { Ec2Names } from './protocols/ec2.ts';
import type { Store } from './store.ts';

/** Who makes a call. `administrator` is the account's own operator and passes every IAM check; `service` is an AWS service principal. */
export interface Caller {
  readonly kind: 'administrator' | 'role' | 'user' | 'service' | 'anonymous';
  readonly accountId: string;
  /** `arn:aws:sts::…:assumed-role/ROLE/SESSION`, `arn:aws:iam::…:root`; for a service its principal, "events.amazonaws.com". */
  readonly arn: string;
  /** `AROA…:SESSION` for a role session. */
  readonly userId: string;
  /** For `kind: 'role'`: the role's own ARN. */
  readonly roleArn?: string;
  /** Session policies (JSON text) that narrow a role session. */
  readonly sessionPolicies?: readonly string[];
  readonly sessionTags?: Readonly<Record<string, string>>;
  /** For `kind: 'service'`: on behalf of which resource (aws:SourceArn, aws:SourceAccount). */
  readonly sourceArn?: string;
  readonly sourceAccount?: string;
  /** The Lambda function whose code has this session's credentials (lambda:SourceFunctionArn). */
  readonly sourceFunctionArn?: string;
  /** The endpoint of the service that makes the call in the caller's name, "s3.us-east-1.amazonaws.com" (kms:ViaService, aws:ViaAWSService). */
  readonly viaService?: string;
}

export interface RequestContext {
  readonly accountId: string;
  readonly region: string;
  readonly caller: Caller;
  readonly requestId: string;
  /** Aborted when the HTTP client hangs up (long polls). */
  readonly signal?: AbortSignal;
}

/** One thing the IAM check has to allow. */
export interface AccessRequest {
  /** "states:StartExecution" */
  readonly action: string;
  readonly resource: string;
  /** Service-specific condition keys, such as `{ 'events:source': 'saas.shop' }`. */
  readonly conditions?: Readonly<Record<string, string | readonly string[]>>;
  /** The policy attached to the resource (queue policy, function permission), JSON text. */
  readonly resourcePolicy?: string;
  /** Account that owns the resource; default: the caller's. */
  readonly resourceAccountId?: string;
}

// Inputs are wire data: each handler parses what it needs.
// biome-ignore lint/suspicious/noExplicitAny: the operations of a service have different inputs
export type OperationInput = any;

export interface Operation {
  /** For the REST protocols: method and URI template, such as `{ method: 'GET', uri: '/clusters/{name}' }`. */
  readonly http?: HttpBinding;
  /** What IAM must allow. Default: `<service>:<Operation>` on `*`. An empty list means no check (sts:GetCallerIdentity). */
  authorize?(input: OperationInput, context: RequestContext): AccessRequest[];
  /** Output members may be JSON values, `Date` (written as each protocol writes timestamps) and `Uint8Array` (base64). */
  handle(input: OperationInput, context: RequestContext): unknown;
  /** Whether this call may wait for something to happen (long poll, synchronous execution): it then does not hold the clock. */
  waits?(input: OperationInput): boolean;
}

export interface HttpBinding {
  readonly method: string;
  /** `{label}` is one path segment, `{label+}` the rest. Query parameters become input members of the same name. */
  readonly uri: string;
  /** Member that is the raw HTTP body, in and out (`Payload` of Lambda's Invoke). Headers then map with `headers`. */
  readonly payload?: { input?: string; output?: string };
  /** Input members from request headers and output members to response headers: member -> lower-case header name. */
  readonly headers?: { input?: Readonly<Record<string, string>>; output?: Readonly<Record<string, string>> };
  /** Members that are maps, one header for each entry: member -> lower-case prefix, such as `x-amz-meta-`. */
  readonly prefixHeaders?: Readonly<Record<string, string>>;
  readonly status?: number;
  /** Output member that overrides the status code. */
  readonly statusMember?: string;
}

export type Protocol =
  | {
      readonly kind: 'json';
      readonly version: '1.0' | '1.1';
      readonly targetPrefix: string;
      /**
       * For a service that spoke the query protocol before: today's error code to the one of then, where they differ. Clients read it
       * from the header `x-amzn-query-error`. https://smithy.io/2.0/aws/protocols/aws-query-protocol.html#aws-protocols-awsquerycompatible-trait
       */
      readonly queryErrorCodes?: Readonly<Record<string, string>>;
    }
  | { readonly kind: 'query'; readonly version: string; readonly namespace: string }
  | { readonly kind: 'ec2'; readonly version: string; readonly namespace: string; readonly names: Ec2Names }
  | { readonly kind: 'rest-json' }
  | { readonly kind: 'rest-xml' };

export interface Service {
  /** The SigV4 signing name: 'states', 'events', 'lambda', 'sqs', 'cloudformation', … */
  readonly name: string;
  readonly protocol: Protocol;
  readonly operations: Readonly<Record<string, Operation>>;
  /** Raw HTTP routes outside the AWS protocols, under `/_local/<name>/…` (webhooks of a control plane). */
  readonly routes?: (request: LocalRequest) => Promise<LocalResponse>;
  /** Called once after every service is registered: resume what the store says was in progress. */
  start?(): void | Promise<void>;
  stop?(): void | Promise<void>;
}

export interface LocalRequest {
  readonly method: string;
  /** Path after `/_local/<name>`. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
}

export interface LocalResponse {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: string | Uint8Array;
}

/** The running local cloud as its services see it. */
export interface Cloud {
  readonly clock: Clock;
  readonly store: Store;
  /** Account and region of callers that name none. */
  readonly accountId: string;
  readonly region: string;
  /** `http://127.0.0.1:4566`; known once the gateway listens. */
  readonly endpoint: string;
  readonly identity: Identity;
  /** Whether the service is part of this run (`--services`). */
  has(service: string): boolean;
  /**
   * Calls an operation in process, as `caller`. Fault injection and IAM apply as over HTTP. A jumping clock holds still
   * meanwhile. Throws `AwsError`, also for services or operations that do not exist.
   */
  call<Output = OperationInput>(
    service: string,
    operation: string,
    input: unknown,
    caller: Caller,
    options?: { region?: string; signal?: AbortSignal },
  ): Promise<Output>;
  /** One structured line for the operator (never secrets). */
  log(level: 'debug' | 'info' | 'warn' | 'error', message: string, fields?: Record<string, unknown>): void;
  /** Tells observers of the local cloud (progress output) that something happened. */
  emit(event: CloudEvent): void;
  on(listener: (event: CloudEvent) => void): () => void;
}

export interface CloudEvent {
  /** "states.history", "lambda.invoked", "eks.cluster", … */
  readonly type: string;
  readonly detail: Readonly<Record<string, unknown>>;
}

/** Authentication and authorisation; implemented by `local/iam`, or allow-all when IAM is not part of the run. */
export interface Identity {
  /** Who signed the request. Throws AwsError (InvalidClientTokenId, SignatureDoesNotMatch, ExpiredTokenException, …). */
  authenticate(request: SignedRequest): Caller;
  /** Throws AwsError AccessDenied(Exception) with AWS's text, naming principal, action and resource. */
  authorize(caller: Caller, requests: readonly AccessRequest[], context: { region: string; service: string }): void;
  /** A session of `roleArn` for an AWS service ("lambda.amazonaws.com"), if the role exists, is consistent and trusts that service. */
  serviceRole(
    roleArn: string,
    servicePrincipal: string,
    sessionName: string,
    /** On behalf of which resource: aws:SourceArn and aws:SourceAccount of the trust policy's conditions. */
    source?: { sourceArn?: string; sourceAccount?: string },
  ): Caller;
  /** Temporary credentials for such a session, for code that signs its own requests (Lambda). */
  credentials(caller: Caller, durationSeconds: number): Credentials;
}

export interface SignedRequest {
  readonly method: string;
  /** Path and query as received, not decoded. */
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
}

export interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken: string;
  readonly expiration: Date;
}
