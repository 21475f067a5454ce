import type { OperationInput } from '../kernel/service.ts';

/** `aws:RequestTag/…` and `aws:TagKeys` of a request that tags. */
export function requestTagConditions(tags: OperationInput): Record<string, string | string[]> {
  const keys = Object.keys(tags ?? {});
  if (keys.length === 0) return {};
  return {
    'aws:TagKeys': keys,
    ...Object.fromEntries(keys.map((key) => [`aws:RequestTag/${key}`, String(tags[key])])),
  };
}

/** `aws:ResourceTag/…` of what a request is about. */
export function resourceTagConditions(tags: Readonly<Record<string, string>> | undefined): Record<string, string> {
  return Object.fromEntries(Object.entries(tags ?? {}).map(([key, value]) => [`aws:ResourceTag/${key}`, value]));
}
