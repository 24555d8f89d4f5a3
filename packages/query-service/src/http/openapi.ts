import { errorBody, sha256Hex } from '@tollgate/contract';
import { z } from 'zod';
import { linksOf } from './openapi-links.ts';
import type { Route } from './route.ts';

type Json = Record<string, unknown>;
/** Schemas that refer to themselves, by name. */
type Shared = Map<string, unknown>;

/** The OpenAPI 3.1 description of these routes, made from the same schemas that validate requests and answers. */
export function openApi(routes: readonly Route[], version: string): Json {
  const shared: Shared = new Map();
  const paths: Record<string, Json> = {};
  for (const route of routes)
    paths[route.path] = { ...paths[route.path], [route.method]: operation(route, routes, shared) };
  const error = json(schemaOf(errorBody, 'output', shared));
  return {
    openapi: '3.1.0',
    info: {
      title: 'Tollgate query service',
      version,
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    paths,
    components: {
      securitySchemes: {
        bearer: {
          type: 'http',
          scheme: 'bearer',
          description: 'An agent key (tgk_…) or a personal token (tgp_…).',
        },
        api_key: { type: 'apiKey', in: 'header', name: 'x-api-key', description: 'An agent key (tgk_…).' },
        session: { type: 'apiKey', in: 'cookie', name: 'tollgate_session' },
      },
      responses: { error: { description: 'An error of the catalogue.', content: error } },
      schemas: Object.fromEntries(shared),
    },
  };
}

function operation(route: Route, routes: readonly Route[], shared: Shared): Json {
  const { access, body } = route;
  return {
    operationId: operationId(route),
    summary: route.summary,
    tags: [route.tag],
    ...(access === 'public'
      ? { security: [] }
      : { security: [{ bearer: [] }, { api_key: [] }, { session: [] }], 'x-roles': access.roles }),
    parameters: [
      ...parameters(route.params, 'path', shared),
      ...parameters(route.query, 'query', shared),
      ...parameters(route.headers, 'header', shared),
    ],
    ...(body === undefined
      ? {}
      : { requestBody: { required: true, content: json(schemaOf(body, 'input', shared)) } }),
    responses: {
      [route.status]: answer(route, routes, shared),
      ...Object.fromEntries(
        errorStatuses(route).map((status) => [status, { $ref: '#/components/responses/error' }]),
      ),
    },
  };
}

function answer(route: Route, routes: readonly Route[], shared: Shared): Json {
  const schema = schemaOf(route.response, 'output', shared);
  const links = linksOf(route, routes, operationId);
  return {
    description: 'Done.',
    content: { [route.media ?? 'application/json']: { schema } },
    ...(Object.keys(links).length === 0 ? {} : { links }),
  };
}

/** With which errors a route may answer, by what it is. A 500 is a defect and in no description. */
function errorStatuses({ access, body, params, query, headers, method }: Route): readonly number[] {
  return [
    ...((body ?? params ?? query ?? headers) ? [400] : []),
    ...(access === 'public' ? [401] : [401, 403]),
    404,
    ...(body === undefined ? [] : [413, 415]),
    ...(method === 'get' ? [] : [402, 409, 410, 423]),
    429,
    503,
  ];
}

function parameters(
  schema: z.ZodType | undefined,
  where: 'path' | 'query' | 'header',
  shared: Shared,
): Json[] {
  if (schema === undefined) return [];
  const { properties = {}, required = [] } = objectSchema.parse(schemaOf(schema, 'input', shared));
  return Object.entries(properties).map(([name, one]) => ({
    name,
    in: where,
    required: where === 'path' || required.includes(name),
    schema: one,
  }));
}

const objectSchema = z.object({
  properties: z.record(z.string(), z.unknown()).optional(),
  required: z.array(z.string()).optional(),
});

/** zod names its recursive parts within one schema; in a document they have to lie under components, named by content. */
function schemaOf(schema: z.ZodType, io: 'input' | 'output', shared: Shared): Json {
  const made = z.toJSONSchema(schema, { io, target: 'draft-2020-12', unrepresentable: 'any' });
  const { $schema: _, $defs = {}, ...rest } = made;
  const prefix = `shape_${sha256Hex(JSON.stringify($defs)).slice(0, 8)}_`;
  const moved = (part: unknown): Json =>
    JSON.parse(JSON.stringify(part).replaceAll('"#/$defs/', `"#/components/schemas/${prefix}`));
  for (const [name, part] of Object.entries($defs)) shared.set(`${prefix}${name}`, moved(part));
  return moved(rest);
}

const json = (schema: Json): Json => ({ 'application/json': { schema } });

/** `get /v1/runs/{run_id}/evidence` → `get_runs_run_id_evidence`. */
const operationId = ({ method, path }: Route): string =>
  [method, ...(path.replace(/^\/v1/, '').match(/[a-z0-9_.]+/gi) ?? [])].join('_').replaceAll('.', '_');
