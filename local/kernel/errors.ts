/**
 * An error as an AWS service reports it: `code` is the wire name ("ResourceNotFoundException"), `message` is the text.
 * `fault: 'server'` answers 5xx; `status` defaults to 400 or 500 by fault.
 */
export class AwsError extends Error {
  override readonly name = 'AwsError';
  readonly code: string;
  readonly fault: 'client' | 'server';
  readonly status: number;
  /** Further members of the modelled error shape, such as `{ resourceType: 'cluster' }`. */
  readonly fields: Readonly<Record<string, unknown>>;

  constructor(
    code: string,
    message: string,
    options: { status?: number; fault?: 'client' | 'server'; fields?: Record<string, unknown>; cause?: unknown } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.fault = options.fault ?? 'client';
    this.status = options.status ?? (this.fault === 'server' ? 500 : 400);
    this.fields = options.fields ?? {};
  }
}
