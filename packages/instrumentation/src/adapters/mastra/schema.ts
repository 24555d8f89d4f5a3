import type { createTool } from '@mastra/core/tools';
import { TollgateError } from '@tollgate/contract';

/** A schema by https://standardschema.dev that can show itself as JSON Schema, which Mastra makes of every one. */
export type InputSchema = NonNullable<ReturnType<typeof createTool>['inputSchema']>;

/** The schema that Mastra's own tools have; AI SDK tools are validated by nobody but Mastra's loop. */
export function schemaOf(tool: object): InputSchema | undefined {
  const schema: unknown = Reflect.get(tool, 'inputSchema');
  return typeof schema === 'object' && schema !== null && '~standard' in schema
    ? (schema as InputSchema)
    : undefined;
}

/** The same for the model, which gets its JSON Schema; and without objections. */
export function lenient(schema: InputSchema): InputSchema {
  const { version, jsonSchema } = schema['~standard'];
  return { '~standard': { version, vendor: 'tollgate', jsonSchema, validate: (value) => ({ value }) } };
}

/**
 * Calls a tool with arguments that are decided on: its schema must not touch them again, or what runs would not be what was
 * decided. Mastra's `execute` asks it before it first yields, so taking it away for that long is enough.
 */
export function withoutSchema<R>(tool: object, call: () => R): R {
  const kept = Object.getOwnPropertyDescriptor(tool, 'inputSchema');
  if (kept === undefined) return call();
  if (!Reflect.defineProperty(tool, 'inputSchema', { ...kept, value: undefined }))
    throw new TollgateError('invalid_request', 'A frozen tool cannot be gated.');
  try {
    return call();
  } finally {
    Reflect.defineProperty(tool, 'inputSchema', kept);
  }
}
