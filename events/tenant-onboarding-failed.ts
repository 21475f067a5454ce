import { z } from 'zod';
import { defineEvent } from './define-event.ts';
import { tenantId } from './tenant-id.ts';

/** Onboarding failed; `outcome` says what became of what it had made. */
export const tenantOnboardingFailed = defineEvent({
  name: 'TenantOnboardingFailed',
  version: 1,
  direction: 'out',
  description: 'Onboarding failed; outcome says what became of what it had made.',
  data: z.object({
    tenantId,
    tier: z.string(),
    operationId: z.string(),
    executionArn: z.string().describe('The Step Functions execution to look at.'),
    step: z.string().describe('Name of the state that failed, such as EnsureFoundation.'),
    error: z.string().describe('Class of the error, a name of the error catalogue.'),
    message: z.string().describe('What happened, for people.'),
    retryable: z.boolean().describe('Whether the same event, sent again with a new id, can succeed without a change.'),
    outcome: z
      .enum(['released', 'compensation-failed', 'interrupted'])
      .describe(
        'What it had made was released; or its release failed and a redrive resumes it; or the execution was stopped and a redrive or a new event goes on.',
      ),
  }),
  example: {
    metadata: {
      id: '5b1d0f1a-8f43-5b0f-9c8d-0f6a3c1b2d4e',
      version: 1,
      occurredAt: '2026-11-22T09:31:10.004Z',
      correlationId: 'order-20261122-0042',
      causationId: '01932f7c-6b1e-7c39-9d1c-0d9d7d9e4a10',
    },
    data: {
      tenantId: 'acme',
      tier: 'basic',
      operationId: '01932f7c-6b1e-7c39-9d1c-0d9d7d9e4a10',
      executionArn: 'arn:aws:states:us-east-1:111111111111:execution:tenantry-onboard-tenant:acme-1f2e3d4c5b6a7988',
      step: 'EnsureFoundation',
      error: 'ResourceNotOwned',
      message:
        'The stack tenantry-foundation-acme exists and is not tagged as ours. Remove or rename it, then send the event again.',
      retryable: false,
      outcome: 'released',
    },
  },
});
