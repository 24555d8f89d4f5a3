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

function fill(template: string | undefined, args: JsonValue): string | undefined {
  let whole = true;
  const text = template?.replaceAll(/\{([^{}\s]+)\}/g, (_, path: string) => {
    const value = at(args, path);
    if (value === undefined) whole = false;
    return typeof value === 'string' ? value : JSON.stringify(value);
  });
  return whole ? text : undefined;
}

function at(args: JsonValue, path: string): JsonValue | undefined {
  return path.split('.').reduce<JsonValue | undefined>((node, key) => {
    const isObject = typeof node === 'object' && node !== null && !Array.isArray(node);
    return isObject && Object.hasOwn(node, key) ? (node as Record<string, JsonValue>)[key] : undefined;
  }, args);
}
