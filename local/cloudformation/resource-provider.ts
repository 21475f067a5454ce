import type { NameRule } from './physical-name.ts';

// Resolved properties are wire data of a hundred shapes: each provider reads what it declares.
// biome-ignore lint/suspicious/noExplicitAny: properties of a resource type have no common shape
export type Properties = Record<string, any>;

export interface Tag {
  Key: string;
  Value: string;
}

/** What CloudFormation keeps of a resource that exists. */
export interface ResourceState {
  physicalId: string;
  /** What `Ref` yields where it is not the physical id. */
  ref?: string;
  /** What `Fn::GetAtt` yields, by attribute name ("Arn", "Endpoint.Address"). */
  attributes?: Record<string, unknown>;
}

/** A resource as an operation finds it. */
export interface ExistingResource extends ResourceState {
  properties: Properties;
  tags: Tag[];
}

/** One action on one resource. */
export interface ResourceRequest {
  readonly logicalId: string;
  readonly type: string;
  /** Resolved; a generated name is NOT filled in, see `name`. */
  readonly properties: Properties;
  /** The explicit name of the resource, or the generated one. Empty for types without a name rule. */
  readonly name: string;
  /** Tags of the resource and of the stack, the resource's own first. */
  readonly tags: Tag[];
  /**
   * True when an earlier try may already have made the resource (the process was killed, a response was lost):
   * "already exists" is then success.
   */
  readonly resumed: boolean;
  readonly stack: { stackId: string; stackName: string; accountId: string; region: string };
  /** Stable for this action over retries and restarts: for APIs with a client token. */
  readonly token: string;
  /** Calls an AWS operation with the rights of whoever deploys the stack. Throws AwsError. */
  // biome-ignore lint/suspicious/noExplicitAny: outputs of a hundred operations
  call(service: string, operation: string, input: unknown): Promise<any>;
  /** Journals the physical id as soon as it is known, before the resource is ready. */
  initiated(physicalId: string): void;
  /**
   * Polls `check` every `everySeconds` until it says true; throws NotStabilized after `timeoutSeconds`.
   * The waiting is on the cloud's clock.
   */
  waitUntil(check: () => Promise<boolean>, everySeconds: number, timeoutSeconds: number): Promise<void>;
}

/** How CloudFormation makes, changes and removes one type of resource, by the public API of its service. */
export interface ResourceProvider {
  readonly type: string;
  /** Every property it acts on. Others fail the resource: nothing is silently ignored. */
  readonly properties: readonly string[];
  readonly required?: readonly string[];
  /** Properties whose change needs a new resource ("Update requires: Replacement"). */
  readonly replaceOn: readonly string[];
  readonly name?: NameRule;
  /** How long AWS usually takes, in seconds. */
  readonly seconds?: { readonly create?: number; readonly update?: number; readonly delete?: number };
  create(request: ResourceRequest): Promise<ResourceState>;
  /** Absent: every change is a replacement. */
  update?(request: ResourceRequest, existing: ExistingResource): Promise<ResourceState>;
  /** "Not found" is success. */
  delete(request: ResourceRequest, existing: ExistingResource): Promise<void>;
}

/** Tags as a map, the way Lambda, EKS and Step Functions' siblings take them. */
export function tagMap(tags: readonly Tag[]): Record<string, string> {
  return Object.fromEntries(tags.map((tag) => [tag.Key, tag.Value]));
}

/** `properties` without the members named, and without undefined ones. */
export function without(properties: Properties, ...names: string[]): Properties {
  return Object.fromEntries(
    Object.entries(properties).filter(([name, value]) => !names.includes(name) && value !== undefined),
  );
}

/** The members of `properties` that are named and present. */
export function pick(properties: Properties, names: readonly string[]): Properties {
  return Object.fromEntries(
    names.filter((name) => properties[name] !== undefined).map((name) => [name, properties[name]]),
  );
}

/** A number that a template may give as text ("300"). Undefined stays undefined. */
export function numberOf(value: unknown): number | undefined {
  return value === undefined ? undefined : Number(value);
}

/** A boolean that a template may give as text ("true"). Undefined stays undefined. */
export function booleanOf(value: unknown): boolean | undefined {
  return value === undefined ? undefined : String(value) === 'true';
}

/** A policy document or other JSON that an API takes as text. */
export function jsonText(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** Whether two JSON values are equal, whatever the order of their keys. */
export function sameJson(left: unknown, right: unknown): boolean {
  return canonical(left) === canonical(right);
}

function canonical(value: unknown): string {
  return (
    JSON.stringify(value, (_, member) =>
      typeof member === 'object' && member !== null && !Array.isArray(member)
        ? Object.fromEntries(Object.entries(member).sort(([a], [b]) => (a < b ? -1 : 1)))
        : member,
    ) ?? 'undefined'
  );
}

/** Tag keys to remove and tags to set so that `after` holds what `before` held. */
export function tagChanges(before: readonly Tag[], after: readonly Tag[]): { set: Tag[]; remove: string[] } {
  const old = tagMap(before);
  const kept = tagMap(after);
  return {
    set: after.filter((tag) => old[tag.Key] !== tag.Value),
    remove: before.map((tag) => tag.Key).filter((key) => !(key in kept)),
  };
}
