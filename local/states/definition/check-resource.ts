import { parseResource } from '../tasks/resource.ts';
import { OPTIMIZED } from '../tasks/services.ts';
import type { Inspection, Json } from './diagnostics.ts';
import { expressionOf } from './jsonata-expression.ts';

/**
 * Optimized integrations of AWS that the local cloud has no service for: definitions may name them (and mock them).
 * https://docs.aws.amazon.com/step-functions/latest/dg/integrate-optimized.html
 */
const ELSEWHERE = new Set(
  'apigateway athena aoss batch bedrock codebuild databrew ecs eks elasticmapreduce emr-containers emr-serverless glue http mediaconvert sagemaker'.split(
    ' ',
  ),
);

/** Checks a Task's Resource: the ARN, the integration, and whether the workflow type supports its pattern. */
export function checkResource(inspection: Inspection, value: Json | undefined, location: string): void {
  if (value === undefined) return;
  if (typeof value !== 'string' || !value.startsWith('arn:') || expressionOf(value) !== undefined) {
    inspection.schema('Value is not a valid resource ARN', location);
    return;
  }
  const resource = parseResource(value);
  const unknown = `The resource provided ${value} is not recognized. The value is not a valid resource ARN, or the resource is not available in this region.`;
  if (!resource) {
    inspection.schema(unknown, location);
    return;
  }
  if (inspection.type === 'EXPRESS') {
    const waits = resource.kind === 'activity' || ('pattern' in resource && resource.pattern !== 'request');
    if (waits)
      inspection.schema(`Express state machine does not support '${suffixOf(value)}' service integration`, location);
  }
  if (resource.kind === 'sdk' && resource.pattern !== 'request' && resource.pattern !== 'token') {
    inspection.schema(unknown, location);
  }
  if (resource.kind !== 'optimized' || ELSEWHERE.has(resource.service)) return;
  const service = Object.hasOwn(OPTIMIZED, resource.service) ? OPTIMIZED[resource.service] : undefined;
  const patterns = service?.patterns?.[resource.action] ?? [];
  const known = service?.actions.includes(resource.action);
  if (!known || (resource.pattern !== 'request' && !patterns.includes(resource.pattern))) {
    inspection.schema(unknown, location);
  }
}

function suffixOf(resource: string): string {
  return /\.(sync|waitForTaskToken)/.exec(resource)?.[0] ?? 'activity';
}
