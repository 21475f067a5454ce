import { z } from 'zod';
import { tenantId } from './tenant-id.ts';

/** What every event about an operation says of it. */
export const operationFacts = {
  tenantId,
  tier: z.string(),
  operationId: z.string(),
  executionArn: z.string().describe('The Step Functions execution to look at.'),
};

/** What every event about a failed operation says of the failure. */
export const failureFacts = {
  step: z.string().describe('Name of the state that failed, such as ReleaseFoundation.'),
  error: z.string().describe('Class of the error, a name of the error catalogue.'),
  message: z.string().describe('What happened, for people.'),
  retryable: z.boolean().describe('Whether a redrive can succeed without a change.'),
};

/** Of the examples. */
export const exampleOperation = (workflow: string) => ({
  tenantId: 'acme',
  tier: 'basic',
  operationId: '0193301a-2c4e-7d11-8a60-3f6d7c1b9e55',
  executionArn: `arn:aws:states:us-east-1:111111111111:execution:tenantry-${workflow}:acme-5c0e5f3b7f8a1c2d`,
});

/** Of the examples of what Tenantry sends. */
export const exampleMetadata = (id: string) => ({
  id,
  version: 1,
  occurredAt: '2026-11-22T10:15:00.120Z',
  correlationId: 'offer-20261122-0007',
  causationId: '0193301a-2c4e-7d11-8a60-3f6d7c1b9e55',
});
