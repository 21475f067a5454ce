import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** A policy that AWS keeps and every account can attach. */
export interface AwsManagedPolicy {
  readonly arn: string;
  readonly name: string;
  readonly path: string;
  readonly id: string;
  readonly description: string;
  readonly versionId: string;
  /** JSON text. */
  readonly document: string;
}

const FOLDER = join(import.meta.dirname, 'documents');
const PREFIX = 'arn:aws:iam::aws:policy/';
let all: ReadonlyMap<string, AwsManagedPolicy> | undefined;

/** The AWS managed policies this local cloud knows, by ARN; read on first use. */
export function awsManagedPolicies(): ReadonlyMap<string, AwsManagedPolicy> {
  all ??= new Map(
    readdirSync(FOLDER)
      .filter((file) => file.endsWith('.json'))
      .map((file) => {
        const policy = read(file);
        return [policy.arn, policy];
      }),
  );
  return all;
}

/** The AWS managed policy of that ARN, if there is one. */
export function awsManagedPolicy(arn: string): AwsManagedPolicy | undefined {
  return arn.startsWith(PREFIX) ? awsManagedPolicies().get(arn) : undefined;
}

/** Each file is named after its policy and holds what is public about it. */
function read(file: string): AwsManagedPolicy {
  const name = file.replace(/\.json$/, '');
  const content = JSON.parse(readFileSync(join(FOLDER, file), 'utf8')) as {
    path: string;
    description: string;
    versionId: string;
    document: unknown;
  };
  return {
    arn: `${PREFIX.slice(0, -1)}${content.path}${name}`,
    name,
    path: content.path,
    id: `ANPA${name
      .toUpperCase()
      .replace(/[^A-Z2-7]/g, '')
      .padEnd(17, 'A')
      .slice(0, 17)}`,
    description: content.description,
    versionId: content.versionId,
    document: JSON.stringify(content.document),
  };
}
