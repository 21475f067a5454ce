import type { OperationInput } from '../kernel/service.ts';
import { answer } from './answers.ts';
import type { S3 } from './s3.ts';

/** In key order, with common prefixes by delimiter. https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectsV2.html */
export function listObjectsV2(s3: S3, input: OperationInput) {
  const token = input.ContinuationToken ?? input['continuation-token'];
  const after =
    token === undefined
      ? String(input.StartAfter ?? input['start-after'] ?? '')
      : Buffer.from(token, 'base64url').toString();
  const { last, ...listing } = keysAfter(s3, input, after);
  return answer('ListBucketResult', {
    ...listing,
    KeyCount: listing.Contents.length + listing.CommonPrefixes.length,
    ContinuationToken: token,
    NextContinuationToken: listing.IsTruncated ? Buffer.from(last).toString('base64url') : undefined,
  });
}

/** The older listing, which many tools still use. https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjects.html */
export function listObjects(s3: S3, input: OperationInput) {
  const Marker = String(input.Marker ?? input.marker ?? '');
  const { last, ...listing } = keysAfter(s3, input, Marker);
  // Without a delimiter the last key is the next marker, and S3 does not repeat it.
  const NextMarker = listing.IsTruncated && listing.Delimiter ? last : undefined;
  return answer('ListBucketResult', { ...listing, Marker, NextMarker });
}

function keysAfter(s3: S3, input: OperationInput, after: string) {
  const bucket = s3.buckets.require(input.Bucket);
  const prefix = String(input.Prefix ?? input.prefix ?? '');
  const delimiter = input.Delimiter ?? input.delimiter;
  const maximum = Math.min(Number(input.MaxKeys ?? input['max-keys'] ?? 1000), 1000);
  const Contents: object[] = [];
  const prefixes = new Set<string>();
  let last = '';
  let IsTruncated = false;
  for (const { Key, version } of s3.objects.list(bucket, prefix)) {
    const group = delimiter ? commonPrefix(Key, prefix, delimiter) : undefined;
    if (Key <= after || (group !== undefined && (prefixes.has(group) || group <= after))) continue;
    if (Contents.length + prefixes.size >= maximum) {
      IsTruncated = true;
      break;
    }
    last = group ?? Key;
    if (group === undefined) {
      Contents.push({
        Key,
        LastModified: new Date(version.modifiedAt),
        ETag: version.ETag,
        Size: version.size,
        StorageClass: 'STANDARD',
      });
    } else prefixes.add(group);
  }
  const CommonPrefixes = [...prefixes].map((Prefix) => ({ Prefix }));
  return {
    Name: bucket.Name,
    Prefix: prefix,
    Delimiter: delimiter,
    MaxKeys: maximum,
    IsTruncated,
    Contents,
    CommonPrefixes,
    last,
  };
}

function commonPrefix(key: string, prefix: string, delimiter: string): string | undefined {
  const end = key.indexOf(delimiter, prefix.length);
  return end < 0 ? undefined : key.slice(0, end + delimiter.length);
}

/** All versions and delete markers; one page. https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectVersions.html */
export function listObjectVersions(s3: S3, input: OperationInput) {
  const bucket = s3.buckets.require(input.Bucket);
  const Prefix = String(input.Prefix ?? input.prefix ?? '');
  const all = s3.objects.versions(bucket, Prefix).map(({ Key, version, latest }) => ({
    marker: version.deleteMarker === true,
    entry: { Key, VersionId: version.VersionId, IsLatest: latest, LastModified: new Date(version.modifiedAt) },
    more: { ETag: version.ETag, Size: version.size, StorageClass: 'STANDARD' },
  }));
  const Versions = all.filter((item) => !item.marker).map(({ entry, more }) => ({ ...entry, ...more }));
  const DeleteMarkers = all.filter((item) => item.marker).map(({ entry }) => entry);
  const members = { Name: bucket.Name, Prefix, IsTruncated: false, Versions, DeleteMarkers };
  return answer('ListVersionsResult', members, {
    Name: bucket.Name,
    Prefix,
    IsTruncated: false,
    Version: Versions,
    DeleteMarker: DeleteMarkers,
  });
}
