type Schema = Readonly<Record<string, unknown>>;

const isSchema = (value: unknown): value is Schema =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);
const schemas = (value: unknown): readonly Schema[] => listOf(value).filter(isSchema);
const textOf = (value: unknown): string => JSON.stringify(value) ?? 'undefined';

const SIMPLE: Readonly<Record<string, string>> = {
  ...{ string: 'string', number: 'number', integer: 'number', boolean: 'boolean', null: 'null' },
};

/**
 * A JSON Schema, as zod writes them, as the text of a TypeScript type. What it cannot say in types (patterns, bounds)
 * is left out; what it does not know is `unknown`, never `any`.
 */
export function typeText(schema: unknown, indent = ''): string {
  if (!isSchema(schema)) return 'unknown';
  const { $ref, anyOf, oneOf, allOf, type } = schema;
  if (typeof $ref === 'string') return $ref.split('/').at(-1) ?? 'unknown';
  if ('const' in schema) return textOf(schema['const']);
  if (Array.isArray(schema['enum'])) return union(schema['enum'].map(textOf));
  if (anyOf !== undefined || oneOf !== undefined)
    return union(schemas(anyOf ?? oneOf).map((each) => typeText(each, indent)));
  if (allOf !== undefined)
    return schemas(allOf)
      .map((each) => `(${typeText(each, indent)})`)
      .join(' & ');
  if (Array.isArray(type)) return union(type.map((each) => typeText({ ...schema, type: each }, indent)));
  if (type === 'array') return arrayText(schema, indent);
  if (type === 'object') return objectText(schema, indent);
  return (typeof type === 'string' && SIMPLE[type]) || 'unknown';
}

function arrayText({ items, prefixItems }: Schema, indent: string): string {
  if (prefixItems !== undefined)
    return `readonly [${schemas(prefixItems)
      .map((each) => typeText(each, indent))
      .join(', ')}]`;
  return `readonly (${typeText(items, indent)})[]`;
}

function objectText({ properties, required, additionalProperties }: Schema, indent: string): string {
  const entries = isSchema(properties) ? Object.entries(properties) : [];
  if (entries.length === 0)
    return additionalProperties === false
      ? 'Readonly<Record<string, never>>'
      : `{ readonly [name: string]: ${typeText(additionalProperties, indent)} }`;
  const inner = `${indent}  `;
  const needed = new Set(listOf(required));
  const lines = entries.map(
    ([name, each]) =>
      `${inner}readonly ${/^[A-Za-z_]\w*$/.test(name) ? name : textOf(name)}${needed.has(name) ? '' : '?'}: ${typeText(each, inner)};`,
  );
  return `{\n${lines.join('\n')}\n${indent}}`;
}

const union = (parts: readonly string[]): string => [...new Set(parts)].join(' | ') || 'never';
