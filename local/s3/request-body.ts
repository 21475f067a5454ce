import { XMLParser } from 'fast-xml-parser';
import { AwsError } from '../kernel/errors.ts';
import type { OperationInput } from '../kernel/service.ts';

const parser = new XMLParser({ ignoreAttributes: true, removeNSPrefix: true, parseTagValue: false });

/**
 * A structured member of a request: given as such in process, as an XML document over HTTP.
 * Elements named in `lists` are arrays even when there is one. Throws MalformedXML.
 */
export function documentOf(
  input: OperationInput,
  member: string,
  root: string,
  lists: readonly string[] = [],
): OperationInput {
  if (input[member] !== undefined) return input[member];
  const text = Buffer.from(input.Body ?? '').toString('utf8');
  let parsed: OperationInput;
  try {
    parsed = parser.parse(text, true);
  } catch (cause) {
    throw new AwsError(
      'MalformedXML',
      'The XML you provided was not well-formed or did not validate against our published schema',
      { cause },
    );
  }
  if (parsed[root] === undefined) {
    throw new AwsError(
      'MalformedXML',
      'The XML you provided was not well-formed or did not validate against our published schema',
    );
  }
  return asLists(parsed[root] === '' ? {} : parsed[root], lists);
}

function asLists(value: OperationInput, lists: readonly string[]): OperationInput {
  if (Array.isArray(value)) return value.map((item) => asLists(item, lists));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => {
      const inner = asLists(member, lists);
      return [name, lists.includes(name) && !Array.isArray(inner) ? [inner] : inner];
    }),
  );
}

/**
 * The bytes of an upload. SDKs send `aws-chunked` bodies: hex size, chunk, ..., trailing checksums, which are left out.
 * https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming-trailers.html
 */
export function uploadedBytes(input: OperationInput): Uint8Array {
  const body =
    typeof input.Body === 'string' ? Buffer.from(input.Body) : ((input.Body ?? new Uint8Array()) as Uint8Array);
  if (!String(input.ContentSha256 ?? '').startsWith('STREAMING-')) return body;
  const bytes = Buffer.from(body.buffer, body.byteOffset, body.byteLength);
  const chunks: Buffer[] = [];
  for (let at = 0; ; ) {
    const end = bytes.indexOf('\r\n', at);
    const size = end < 0 ? Number.NaN : Number.parseInt(bytes.toString('latin1', at, end), 16);
    if (Number.isNaN(size)) throw new AwsError('IncompleteBody', 'The request body terminated unexpectedly');
    if (size === 0) return Buffer.concat(chunks);
    chunks.push(bytes.subarray(end + 2, end + 2 + size));
    at = end + 2 + size + 2;
  }
}
