import {
  type Bucket,
  DeleteBucketCommand,
  DeleteBucketPolicyCommand,
  DeleteObjectsCommand,
  ListBucketsCommand,
  ListObjectVersionsCommand,
  type ObjectVersion,
  S3Client,
} from '@aws-sdk/client-s3';
import { orGone, type Sweeper } from './sweeper.ts';

/** Listed once: ListBuckets answers for all regions. https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListBuckets.html */
export const s3Sweeper: Sweeper = {
  service: 's3',
  global: true,
  async list(options) {
    const client = new S3Client({ ...options, followRegionRedirects: true });
    const buckets: Bucket[] = [];
    let ContinuationToken: string | undefined;
    do {
      const page = await client.send(new ListBucketsCommand({ ContinuationToken }));
      buckets.push(...(page.Buckets ?? []));
      ContinuationToken = page.ContinuationToken;
    } while (ContinuationToken);
    return buckets.map(({ Name = '' }) => ({
      kind: 'bucket',
      name: Name,
      remove: () => orGone(remove(client, Name), 'NoSuchBucket'),
    }));
  },
};

/** How long one scan empties one bucket, in milliseconds; the next goes on. */
const EMPTYING_MILLISECONDS = 60_000;

/** A policy may deny everyone; then every version of every object; then the bucket. */
async function remove(client: S3Client, Bucket: string): Promise<void> {
  const end = Date.now() + EMPTYING_MILLISECONDS;
  await client.send(new DeleteBucketPolicyCommand({ Bucket }));
  let refused: string | undefined;
  let KeyMarker: string | undefined;
  let VersionIdMarker: string | undefined;
  do {
    const page = await client.send(new ListObjectVersionsCommand({ Bucket, KeyMarker, VersionIdMarker }));
    const versions = [...(page.Versions ?? []), ...(page.DeleteMarkers ?? [])];
    refused = (await removeVersions(client, Bucket, versions)) ?? refused;
    KeyMarker = page.NextKeyMarker;
    VersionIdMarker = page.NextVersionIdMarker;
    if (KeyMarker && Date.now() > end) throw new Error('it holds more objects than one scan removes');
  } while (KeyMarker);
  if (refused) throw new Error(refused);
  await client.send(new DeleteBucketCommand({ Bucket }));
}

type Version = Pick<ObjectVersion, 'Key' | 'VersionId'>;

/**
 * Why a version could not be deleted, if one could not. A retention in governance mode gives way to who may bypass it, one in
 * compliance mode to nobody. https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-lock.html
 */
async function removeVersions(client: S3Client, Bucket: string, versions: Version[]): Promise<string | undefined> {
  const send = async (some: Version[], bypass: boolean) => {
    if (some.length === 0) return [];
    const Objects = some.map(({ Key = '', VersionId }) => ({ Key, VersionId }));
    const { Errors = [] } = await client.send(
      new DeleteObjectsCommand({
        Bucket,
        Delete: { Objects, Quiet: true },
        ...(bypass && { BypassGovernanceRetention: true }),
      }),
    );
    return Errors;
  };
  const [first] = await send(await send(versions, false), true);
  return first && `${first.Key}: ${first.Code}: ${first.Message}`;
}
