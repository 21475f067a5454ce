import type { WireRequest } from './protocols/wire.ts';

/** Signing names that differ from the local cloud's service names. */
const ALIASES: Record<string, string> = { monitoring: 'cloudwatch' };

/**
 * Which service and region a request is for: from the credential scope of its signature
 * (`AKID/20261122/us-east-1/states/aws4_request`), in the header or in a presigned URL. Unsigned requests name their
 * JSON target instead; else the service is unknown (empty).
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
 */
export function routeRequest(
  request: WireRequest,
  defaults: { region: string; services: ReadonlyMap<string, { protocol: { kind: string; targetPrefix?: string } }> },
): { serviceName: string; region: string } {
  const header = request.headers['authorization']?.match(/Credential=([^,\s]+)/)?.[1];
  const scope = (header ?? request.query.get('X-Amz-Credential') ?? '').split('/');
  const [service, region] = [scope.at(-2), scope.at(-3)];
  if (scope.length >= 5 && service)
    return { serviceName: ALIASES[service] ?? service, region: region || defaults.region };
  const target = request.headers['x-amz-target']?.split('.')[0];
  for (const [name, { protocol }] of defaults.services) {
    if (target && protocol.kind === 'json' && protocol.targetPrefix === target)
      return { serviceName: name, region: defaults.region };
  }
  return { serviceName: '', region: defaults.region };
}
