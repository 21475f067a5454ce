import { catalogue } from '../../events/catalogue.ts';
import { jsonSchemaOf, schemaFileName } from '../../events/json-schema.ts';

/** JSON Schema of every event: path -> content. */
export function generatedSchemas(): [path: string, content: string][] {
  return catalogue.map((type) => [
    `events/schemas/${schemaFileName(type)}`,
    `${JSON.stringify(jsonSchemaOf(type), null, 2)}\n`,
  ]);
}
