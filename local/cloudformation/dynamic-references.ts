import { validationError } from './template.ts';

const REFERENCE = /\{\{resolve:([a-z-]+):([^}]+)\}\}/g;

/**
 * Replaces `{{resolve:ssm:name}}` and `{{resolve:ssm-secure:name:version}}` in every text inside `value`.
 * Throws ValidationError for other services.
 * https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/dynamic-references.html
 */
export async function resolveDynamicReferences(
  value: unknown,
  readParameter: (name: string) => Promise<string>,
): Promise<unknown> {
  if (typeof value === 'string') return resolveText(value, readParameter);
  if (Array.isArray(value)) {
    return Promise.all(value.map((item) => resolveDynamicReferences(item, readParameter)));
  }
  if (typeof value !== 'object' || value === null) return value;
  const members = await Promise.all(
    Object.entries(value).map(async ([key, member]) => [key, await resolveDynamicReferences(member, readParameter)]),
  );
  return Object.fromEntries(members);
}

async function resolveText(text: string, readParameter: (name: string) => Promise<string>): Promise<string> {
  if (!text.includes('{{resolve:')) return text;
  let result = text;
  for (const [whole, service, name] of text.matchAll(REFERENCE)) {
    if (service !== 'ssm' && service !== 'ssm-secure') {
      throw validationError(`Dynamic reference to ${service} is not supported by the local cloud: ${whole}`);
    }
    result = result.replace(whole, await readParameter(name ?? ''));
  }
  return result;
}
