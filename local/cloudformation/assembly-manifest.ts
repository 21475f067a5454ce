import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** A stack of a cloud assembly, as `cdk synth` wrote it. */
export interface AssemblyStack {
  /** Artifact id, unique in the assembly ("Stage/Shop"). */
  id: string;
  stackName: string;
  /** Undefined: whichever account or region it is deployed to. */
  accountId?: string;
  region?: string;
  templateFile: string;
  /** `s3://bucket/key` of the template as an asset, with placeholders. */
  templateUrl?: string;
  parameters: Record<string, string>;
  tags: Record<string, string>;
  terminationProtection: boolean;
  assetManifests: string[];
  /** Ids of stacks that must be there first. */
  dependencies: string[];
}

interface Artifact {
  type: string;
  environment?: string;
  dependencies?: string[];
  properties?: {
    file?: string;
    directoryName?: string;
    stackName?: string;
    templateFile?: string;
    stackTemplateAssetObjectUrl?: string;
    parameters?: Record<string, string>;
    tags?: Record<string, string>;
    terminationProtection?: boolean;
  };
}

/**
 * All stacks of an assembly folder and of the assemblies nested in it (stages), each after those it depends on.
 * Throws an Error naming the folder when it is no cloud assembly.
 * Format: https://github.com/aws/aws-cdk-cli/tree/main/packages/@aws-cdk/cloud-assembly-schema
 */
export function readAssembly(folder: string): AssemblyStack[] {
  return inOrder(stacksOf(folder, ''));
}

function stacksOf(folder: string, prefix: string): AssemblyStack[] {
  const artifacts = Object.entries(readManifest(folder));
  const nested = artifacts.flatMap(([id, artifact]) => {
    const directory = artifact.properties?.directoryName;
    if (artifact.type !== 'cdk:cloud-assembly' || directory === undefined) return [];
    return stacksOf(join(folder, directory), `${prefix}${id}/`);
  });
  const byId = new Map(artifacts);
  const own = artifacts
    .filter(([, artifact]) => artifact.type === 'aws:cloudformation:stack')
    .map(([id, artifact]) => stackOf(folder, prefix, id, artifact, byId));
  return [...nested, ...own];
}

function stackOf(
  folder: string,
  prefix: string,
  id: string,
  artifact: Artifact,
  byId: ReadonlyMap<string, Artifact>,
): AssemblyStack {
  const properties = artifact.properties ?? {};
  const dependencies = artifact.dependencies ?? [];
  const [, accountId, region] = /^aws:\/\/([^/]+)\/(.+)$/.exec(artifact.environment ?? '') ?? [];
  return {
    id: prefix + id,
    stackName: properties.stackName ?? id,
    ...(accountId && accountId !== 'unknown-account' && { accountId }),
    ...(region && region !== 'unknown-region' && { region }),
    templateFile: join(folder, properties.templateFile ?? `${id}.template.json`),
    templateUrl: properties.stackTemplateAssetObjectUrl,
    parameters: properties.parameters ?? {},
    tags: properties.tags ?? {},
    terminationProtection: properties.terminationProtection ?? false,
    assetManifests: dependencies
      .map((dependency) => byId.get(dependency))
      .filter((dependency) => dependency?.type === 'cdk:asset-manifest')
      .map((dependency) => join(folder, dependency?.properties?.file ?? '')),
    dependencies: dependencies
      .filter((dependency) => byId.get(dependency)?.type === 'aws:cloudformation:stack')
      .map((dependency) => prefix + dependency),
  };
}

function readManifest(folder: string): Record<string, Artifact> {
  const file = join(folder, 'manifest.json');
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (cause) {
    throw new Error(`${folder} is no cloud assembly: ${file} cannot be read. Run "cdk synth" first.`, { cause });
  }
  return (JSON.parse(text) as { artifacts?: Record<string, Artifact> }).artifacts ?? {};
}

function inOrder(stacks: AssemblyStack[]): AssemblyStack[] {
  const byId = new Map(stacks.map((stack) => [stack.id, stack]));
  const ordered = new Set<AssemblyStack>();
  const visit = (stack: AssemblyStack) => {
    if (ordered.has(stack)) return;
    for (const id of stack.dependencies) {
      const dependency = byId.get(id);
      if (dependency) visit(dependency);
    }
    ordered.add(stack);
  };
  for (const stack of stacks) visit(stack);
  return [...ordered];
}
