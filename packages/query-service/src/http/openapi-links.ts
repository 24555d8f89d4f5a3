import type { z } from 'zod';
import type { Route } from './route.ts';

type Json = Record<string, unknown>;

/**
 * Where ids of an answer can be used: for each route with one id in its path that the answer has as a field of its own,
 * or its first item has. Whoever reads the description can follow them, and so can a test that walks it.
 */
export function linksOf(route: Route, routes: readonly Route[], operationId: (route: Route) => string): Json {
  const fields = fieldsOf(route.response);
  const links = routes.flatMap((target) => {
    const names = [...target.path.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => name);
    const [name, ...others] = names;
    const where = name === undefined || others.length > 0 ? undefined : fields.get(name);
    if (name === undefined || where === undefined || target === route) return [];
    const parameters = { [name]: `$response.body#${where}` };
    // What a list has first may be the very key or token that whoever follows links asks with; a new one is not.
    if (name === 'credential_id' && where.startsWith('/items/')) return [];
    return [[operationId(target), { operationId: operationId(target), parameters }]];
  });
  return Object.fromEntries(links);
}

/** Field → JSON pointer, of the answer itself or, where it is a list, of its first item. */
function fieldsOf(schema: z.ZodType): ReadonlyMap<string, string> {
  const own = shapeOf(schema);
  const items = own['items'];
  const element = items !== undefined && 'element' in items ? shapeOf(items.element as z.ZodType) : {};
  return new Map([
    ...Object.keys(element).map((name) => [name, `/items/0/${name}`] as const),
    ...Object.keys(own).map((name) => [name, `/${name}`] as const),
  ]);
}

const shapeOf = (schema: z.ZodType): Readonly<Record<string, z.ZodType>> =>
  'shape' in schema ? (schema.shape as Readonly<Record<string, z.ZodType>>) : {};
