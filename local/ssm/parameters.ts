import { AwsError } from '../kernel/errors.ts';
import type { Cloud, OperationInput, RequestContext } from '../kernel/service.ts';

export interface ParameterRecord {
  Name: string;
  Type: 'String' | 'StringList' | 'SecureString';
  Value: string;
  Version: number;
  DataType: string;
  Description?: string;
  AllowedPattern?: string;
  Tier: string;
  tags: Record<string, string>;
  /** Milliseconds since the epoch. */
  modifiedAt: number;
  modifiedBy: string;
}

/** Parameters of every account and region. */
export interface ParameterStore {
  /** By name, name:version of the newest version, or ARN. */
  find(name: string, context: RequestContext): ParameterRecord | undefined;
  /** Throws ParameterNotFound. */
  require(name: string, context: RequestContext): ParameterRecord;
  /** Creates or, with Overwrite, replaces. Throws ParameterAlreadyExists and ValidationException. */
  put(input: OperationInput, context: RequestContext): { Version: number; Tier: string };
  save(record: ParameterRecord, context: RequestContext): void;
  delete(name: string, context: RequestContext): boolean;
  list(context: RequestContext): ParameterRecord[];
}

/** Bytes. https://docs.aws.amazon.com/general/latest/gr/ssm.html */
const VALUE_MAXIMUM: Record<string, number> = { Standard: 4096, Advanced: 8192, 'Intelligent-Tiering': 8192 };

/** `arn:aws:ssm:REGION:ACCOUNT:parameter/name` for a name with or without its leading slash. */
export function parameterArn(name: string, context: RequestContext): string {
  if (name.startsWith('arn:')) return name;
  return `arn:aws:ssm:${context.region}:${context.accountId}:parameter${name.startsWith('/') ? '' : '/'}${name}`;
}

/** Parameters in the cloud's store; only the newest version of each is kept. */
export function parameterStore(cloud: Cloud): ParameterStore {
  const parameters = cloud.store.collection<ParameterRecord>('ssm.parameters');
  const prefix = (context: RequestContext) => `${context.accountId}|${context.region}|`;
  const key = (name: string, context: RequestContext) => prefix(context) + name;

  const self: ParameterStore = {
    find(nameOrArn, context) {
      const text = nameOrArn.startsWith('arn:') ? nameOrArn.slice(nameOrArn.indexOf(':parameter/') + 10) : nameOrArn;
      const [name = text, version] = text.split(':');
      const record = parameters.get(key(name, context)) ?? parameters.get(key(name.replace(/^\//, ''), context));
      return version === undefined || record?.Version === Number(version) ? record : undefined;
    },
    require(name, context) {
      const record = self.find(name, context);
      if (!record) throw new AwsError('ParameterNotFound', `Parameter ${name} not found.`);
      return record;
    },
    put(input, context) {
      const existing = self.find(String(input.Name), context);
      check(input, existing);
      const record: ParameterRecord = {
        Name: String(input.Name),
        Type: input.Type ?? existing?.Type,
        Value: input.Value,
        Version: (existing?.Version ?? 0) + 1,
        DataType: input.DataType ?? existing?.DataType ?? 'text',
        Description: input.Description ?? existing?.Description,
        AllowedPattern: input.AllowedPattern ?? existing?.AllowedPattern,
        Tier: input.Tier ?? existing?.Tier ?? 'Standard',
        tags:
          existing?.tags ??
          Object.fromEntries((input.Tags ?? []).map((tag: { Key: string; Value: string }) => [tag.Key, tag.Value])),
        modifiedAt: cloud.clock.now(),
        modifiedBy: context.caller.arn,
      };
      self.save(record, context);
      return { Version: record.Version, Tier: record.Tier };
    },
    save: (record, context) => parameters.put(key(record.Name, context), record),
    delete: (name, context) => parameters.delete(key(name, context)),
    list: (context) => parameters.entries(prefix(context)).map(([, record]) => record),
  };
  return self;
}

function check(input: OperationInput, existing: ParameterRecord | undefined): void {
  const name = String(input.Name);
  const overwrite = String(input.Overwrite ?? false) === 'true';
  if (!/^[a-zA-Z0-9_.\-/]{1,2048}$/.test(name) || /^\/?(aws|ssm)/i.test(name)) {
    throw new AwsError(
      'ValidationException',
      'Parameter name: can\'t be prefixed with "ssm" or "aws" (case-insensitive). If formed as a path, it can consist of sub-paths divided by slash symbol; each sub-path can be formed as a mix of letters, numbers and the following 3 symbols .-_',
    );
  }
  if (existing && !overwrite) {
    throw new AwsError(
      'ParameterAlreadyExists',
      'The parameter already exists. To overwrite this value, set the overwrite option in the request to true.',
    );
  }
  if (overwrite && input.Tags?.length > 0) {
    throw new AwsError(
      'ValidationException',
      "Invalid request: tags and overwrite can't be used together. To create a parameter with tags, please remove overwrite flag. To update tags for an existing parameter, please use AddTagsToResource or RemoveTagsFromResource.",
    );
  }
  const type = input.Type ?? existing?.Type;
  if (!['String', 'StringList', 'SecureString'].includes(type)) {
    throw new AwsError(
      'ValidationException',
      type === undefined
        ? 'A parameter type is required when you create a parameter.'
        : `1 validation error detected: Value '${type}' at 'type' failed to satisfy constraint: Member must satisfy enum value set: [SecureString, StringList, String]`,
    );
  }
  if (typeof input.Value !== 'string' || input.Value === '') {
    throw new AwsError(
      'ValidationException',
      "1 validation error detected: Value '' at 'value' failed to satisfy constraint: Member must have length greater than or equal to 1.",
    );
  }
  const tier = input.Tier ?? existing?.Tier ?? 'Standard';
  if (Buffer.byteLength(input.Value) > (VALUE_MAXIMUM[tier] ?? 4096)) {
    throw new AwsError(
      'ValidationException',
      `${tier} tier parameters support a maximum parameter value of ${VALUE_MAXIMUM[tier]} characters.`,
    );
  }
  const pattern = input.AllowedPattern ?? existing?.AllowedPattern;
  if (pattern && !new RegExp(pattern).test(input.Value)) {
    throw new AwsError(
      'ParameterPatternMismatchException',
      `Parameter value, cannot be validated against allowedPattern: ${pattern}`,
    );
  }
}
