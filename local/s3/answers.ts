import { toXml } from '../kernel/protocols/xml.ts';

const NAMESPACE = 'xmlns="http://s3.amazonaws.com/doc/2006-03-01/"';

/** Member of an output that holds its XML document; callers in process read the other members. */
export const XML = 'XmlBody';

/** HTTP binding members of an operation that answers an XML document. */
export const xmlPayload = { output: XML };

/**
 * An answer for both ways: the members in the shape of the SDKs, and the document that S3 sends over HTTP, whose lists
 * repeat their element. `wire` is the document's content where it differs from the members.
 */
export function answer(
  root: string,
  members: Record<string, unknown>,
  wire: Record<string, unknown> = members,
): Record<string, unknown> {
  const content = Object.entries(wire)
    .map(([name, value]) => toXml(name, value, true))
    .join('');
  return { ...members, [XML]: `<?xml version="1.0" encoding="UTF-8"?>\n<${root} ${NAMESPACE}>${content}</${root}>` };
}
