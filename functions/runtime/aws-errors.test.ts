import { describe, expect, it } from 'vitest';
import { CatalogueError } from '../../tenancy/errors.ts';
import { toCatalogueError } from './aws-errors.ts';

const awsError = (name: string, status = 400) =>
  Object.assign(new Error(`text of ${name}`), { name, $fault: 'client', $metadata: { httpStatusCode: status } });

describe('toCatalogueError', () => {
  it.each([
    [awsError('ThrottlingException'), 'AwsThrottled'],
    [awsError('Throttling'), 'AwsThrottled'],
    [awsError('AccessDeniedException', 403), 'AwsAccessDenied'],
    [awsError('AccessDenied', 403), 'AwsAccessDenied'],
    [awsError('Whatever', 503), 'AwsUnavailable'],
    [awsError('ValidationError'), 'AwsRejected'],
    [Object.assign(new Error('socket hang up'), { code: 'ECONNRESET' }), 'AwsUnavailable'],
    [new TypeError('x is undefined'), 'UnexpectedError'],
    ['a string', 'UnexpectedError'],
  ])('%s becomes %s', (error, name) => {
    expect(toCatalogueError(error).name).toBe(name);
  });

  it('keeps the service’s code and text, which name principal, action and resource', () => {
    expect(toCatalogueError(awsError('AccessDenied')).message).toBe('AccessDenied: text of AccessDenied');
  });

  it('passes errors of the catalogue as they are', () => {
    const error = new CatalogueError('StillCreating', 'soon');
    expect(toCatalogueError(error)).toBe(error);
  });
});
