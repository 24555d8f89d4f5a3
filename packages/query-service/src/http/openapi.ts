import { errorBody } from '@tollgate/contract';
import { z } from 'zod';
import type { Route } from './route.ts';

type Json = Record<string, unknown>;

/** The OpenAPI 3.1 description of these routes, made from the same schemas that validate requests and answers. */
export function openApi(routes: readonly Route[], version: string): Json {
  const paths: Record<string, Json> = {};
  for (const route of routes) paths[route.path] = { ...paths[route.path], [route.method]: operation(route) };
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
      responses: {
        error: { description: 'An error of the catalogue.', content: json(schemaOf(errorBody, 'output')) },
      },
    },
  };
}

function operation(route: Route): Json {
  const { access, body } = route;
  return {
    operationId: operationId(route),
    summary: route.summary,
    tags: [route.tag],
    ...(access === 'public'
      ? { security: [] }
      : { security: [{ bearer: [] }, { api_key: [] }, { session: [] }], 'x-roles': access.roles }),
    parameters: [...parameters(route.params, 'path'), ...parameters(route.query, 'query')],
    ...(body === undefined
      ? {}
      : { requestBody: { required: true, content: json(schemaOf(body, 'input')) } }),
    responses: {
      [route.status]: { description: 'Done.', content: json(schemaOf(route.response, 'output')) },
      default: { $ref: '#/components/responses/error' },
    },
  };
}

function parameters(schema: z.ZodType | undefined, where: 'path' | 'query'): Json[] {
  if (schema === undefined) return [];
  const { properties = {}, required = [] } = objectSchema.parse(schemaOf(schema, 'input'));
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

function schemaOf(schema: z.ZodType, io: 'input' | 'output'): Json {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, {
    io,
    target: 'draft-2020-12',
    unrepresentable: 'any',
  });
  return rest;
}

const json = (schema: Json): Json => ({ 'application/json': { schema } });

/** `get /v1/runs/{run_id}/evidence` → `get_runs_run_id_evidence`. */
const operationId = ({ method, path }: Route): string =>
  [method, ...(path.replace(/^\/v1/, '').match(/[a-z0-9_.]+/gi) ?? [])].join('_').replaceAll('.', '_');
