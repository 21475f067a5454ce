import { z } from 'zod';
import type { EventType } from './define-event.ts';

/** The JSON Schema (draft 2020-12) of an event's detail, as published in `events/schemas/`. */
export function jsonSchemaOf(type: EventType): Record<string, unknown> {
  return {
    $id: `https://tenantry.dev/schemas/${schemaFileName(type)}`,
    title: `${type.name} v${type.version}`,
    ...z.toJSONSchema(type.schema, { io: 'input' }),
    examples: [type.example],
  };
}

/** `tenant-created.v1.schema.json` */
export function schemaFileName(type: EventType): string {
  const kebab = type.name.replace(/[A-Z]/g, (letter, index) => (index === 0 ? letter : `-${letter}`).toLowerCase());
  return `${kebab}.v${type.version}.schema.json`;
}
