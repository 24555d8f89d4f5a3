import type { SchemaProblem } from './check-schema.ts';
import { isMap, keywordKind } from './schema-keywords.ts';

/** How many schemas one value may have to be held against, with every reference written out. */
const MAX_WORK = 500;
/** Comparing each item with each other costs as much as many schemas. */
const UNIQUE_ITEMS_WORK = 50;

/** References to what is not there, references in a circle, and too many schemas once references are written out. */
export function workProblems(root: Record<string, unknown>): SchemaProblem[] {
  const definitions = isMap(root['$defs']) ? root['$defs'] : {};
  const known = new Map<string, number>();
  const open = new Set<string>();

  function referenced(reference: string): number {
    const name = reference.slice('#/$defs/'.length);
    const before = known.get(name);
    if (before !== undefined) return before;
    if (!Object.hasOwn(definitions, name)) throw new Error(`there is no $defs/${name}`);
    if (open.has(name)) throw new Error(`$defs/${name} refers to itself`);
    open.add(name);
    const work = workOf(definitions[name]);
    open.delete(name);
    known.set(name, work);
    return work;
  }

  function workOf(schema: unknown): number {
    if (!isMap(schema)) return 1;
    let work = schema['uniqueItems'] === true ? UNIQUE_ITEMS_WORK : 1;
    for (const [keyword, value] of Object.entries(schema)) {
      const kind = keywordKind(keyword);
      if (keyword === '$ref') work += referenced(String(value));
      else if (keyword === '$defs') continue;
      else if (kind === 'schema') work += workOf(value);
      else if (kind === 'schema list' || kind === 'schema map')
        for (const each of Object.values(value as object)) work += workOf(each);
    }
    return work;
  }

  try {
    const work = workOf(root);
    for (const name of Object.keys(definitions)) referenced(`#/$defs/${name}`);
    return work > MAX_WORK
      ? [{ path: [], message: 'the schema is too large, with its references written out' }]
      : [];
  } catch (error) {
    return [{ path: ['$defs'], message: error instanceof Error ? error.message : String(error) }];
  }
}
