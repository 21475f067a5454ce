import { validationError } from '../template.ts';

/**
 * Bucket and key of a template URL: virtual-hosted, path-style or `s3://`. Throws ValidationError for other URLs.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/VirtualHosting.html
 */
export function objectOfUrl(text: string): { bucket: string; key: string } {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const path = decodeURIComponent(url?.pathname.slice(1) ?? '');
  if (url?.protocol === 's3:') return { bucket: url.hostname, key: path };
  const virtual = /^(.+)\.s3[.-]([a-z0-9-]+\.)?amazonaws\.com$/.exec(url?.hostname ?? '');
  if (virtual) return { bucket: virtual[1] ?? '', key: path };
  const slash = path.indexOf('/');
  if (!url || !/^https?:$/.test(url.protocol) || slash < 1 || slash === path.length - 1) {
    throw validationError('TemplateURL must be a supported URL.');
  }
  return { bucket: path.slice(0, slash), key: path.slice(slash + 1) };
}
