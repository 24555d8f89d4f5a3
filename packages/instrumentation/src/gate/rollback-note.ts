import type { JsonValue } from '@tollgate/contract';

const MAX_CHARACTERS = 4000;

/**
 * How to undo one call: what the tool's own function says, else the workflow file's text with each `{argument}` filled in.
 * A note with a hole in it is none.
 */
export function rollbackNote(
  template: string | undefined,
  own: ((args: never) => string) | undefined,
  args: JsonValue,
): string | undefined {
  const note = own === undefined ? fill(template, args) : call(own, args);
  if (typeof note !== 'string' || note.trim() === '') return undefined;
  return note.toWellFormed().slice(0, MAX_CHARACTERS);
}

function call(own: (args: never) => string, args: JsonValue): unknown {
  try {
    return own(args as never);
  } catch {
    return undefined;
  }
}

/** A template taken apart: texts, and between them the paths of arguments. */
interface Template {
  readonly texts: readonly string[];
  readonly paths: readonly (readonly string[])[];
}

/** Each tool of a workflow has one. */
const MAX_TEMPLATES = 1000;
const TEMPLATES = new Map<string, Template>();

function fill(template: string | undefined, args: JsonValue): string | undefined {
  if (template === undefined) return undefined;
  const { texts, paths } = takenApart(template);
  let note = texts[0] ?? '';
  for (let index = 0; index < paths.length; index++) {
    const value = at(args, paths[index] ?? []);
    if (value === undefined) return undefined;
    note += (typeof value === 'string' ? value : JSON.stringify(value)) + (texts[index + 1] ?? '');
  }
  return note;
}

function takenApart(template: string): Template {
  const known = TEMPLATES.get(template);
  if (known !== undefined) return known;
  const parts = template.split(/\{([^{}\s]+)\}/);
  const made = {
    texts: parts.filter((_, index) => index % 2 === 0),
    paths: parts.filter((_, index) => index % 2 === 1).map((path) => path.split('.')),
  };
  if (TEMPLATES.size < MAX_TEMPLATES) TEMPLATES.set(template, made);
  return made;
}

function at(args: JsonValue, path: readonly string[]): JsonValue | undefined {
  return path.reduce<JsonValue | undefined>((node, key) => {
    const isObject = typeof node === 'object' && node !== null && !Array.isArray(node);
    return isObject && Object.hasOwn(node, key) ? (node as Record<string, JsonValue>)[key] : undefined;
  }, args);
}
