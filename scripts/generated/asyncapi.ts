import { readFileSync } from 'node:fs';
import { stringify } from 'yaml';
import { asyncApiDocument } from '../../events/asyncapi.ts';

/** The AsyncAPI document of all events: path -> content. */
export function generatedAsyncApi(): [path: string, content: string][] {
  const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string };
  const yaml = stringify(asyncApiDocument(version), { aliasDuplicateObjects: false, lineWidth: 120 });
  return [['events/asyncapi.yaml', `# Generated from events/ by "npm run generate".\n${yaml}`]];
}
