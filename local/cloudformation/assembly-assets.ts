import { readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';
import type { Call } from './assembly.ts';
import { handlerErrorCode } from './handler-errors.ts';
import { type ZipEntry, zipFiles } from './zip.ts';

interface AssetManifest {
  files?: Record<string, FileAsset>;
  dockerImages?: Record<string, unknown>;
}

interface FileAsset {
  displayName?: string;
  source: { path?: string; packaging?: 'zip' | 'file'; executable?: string[] };
  destinations: Record<string, { bucketName: string; objectKey: string }>;
}

/**
 * Uploads the file assets of a manifest that S3 does not have yet: their keys are hashes of their content. Returns how
 * many were uploaded. Throws an Error naming the asset for kinds that cannot be published.
 */
export async function publishAssets(call: Call, manifestFile: string, fill: (text: string) => string): Promise<number> {
  const manifest = JSON.parse(readFileSync(manifestFile, 'utf8')) as AssetManifest;
  const images = Object.keys(manifest.dockerImages ?? {});
  if (images.length > 0)
    throw new Error(
      `Docker image assets cannot be published to the local cloud: ${images.join(', ')} (${manifestFile})`,
    );
  let uploaded = 0;
  for (const [id, asset] of Object.entries(manifest.files ?? {})) {
    for (const destination of Object.values(asset.destinations)) {
      const target = { Bucket: fill(destination.bucketName), Key: fill(destination.objectKey) };
      if (await exists(call, target)) continue;
      await call('s3', 'PutObject', { ...target, Body: contentOf(dirname(manifestFile), id, asset) });
      uploaded++;
    }
  }
  return uploaded;
}

async function exists(call: Call, target: { Bucket: string; Key: string }): Promise<boolean> {
  try {
    await call('s3', 'HeadObject', target);
    return true;
  } catch (error) {
    if (handlerErrorCode(error) === 'NotFound') return false;
    throw error;
  }
}

function contentOf(folder: string, id: string, asset: FileAsset): Uint8Array {
  const { path, packaging = 'file' } = asset.source;
  if (path === undefined)
    throw new Error(`Asset ${asset.displayName ?? id} is made by a command, which the local cloud does not run`);
  const full = join(folder, path);
  return packaging === 'zip' && statSync(full).isDirectory() ? zipFiles(filesBelow(full)) : readFileSync(full);
}

/** Every file below the folder, in the order of names. */
function filesBelow(folder: string): ZipEntry[] {
  return (readdirSync(folder, { recursive: true }) as string[])
    .sort()
    .map((name) => join(folder, name))
    .filter((file) => statSync(file).isFile())
    .map((file) => ({
      name: relative(folder, file).split(sep).join('/'),
      content: readFileSync(file),
      executable: (statSync(file).mode & 0o100) !== 0,
    }));
}
