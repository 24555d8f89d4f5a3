import { type Issue, TollgateError } from '@tollgate/contract';
import type { z } from 'zod';
import type { Deps } from '../deps.ts';
import type { Access } from '../identity/allows.ts';
import type { Identity } from '../identity/identity.ts';
import type { RawStream } from './stream-route.ts';

export type Method = 'get' | 'post' | 'put' | 'patch' | 'delete';

/** What a handler may set on the answer besides its body. */
export interface Reply {
  header(name: string, value: string | readonly string[]): void;
}

/** What came in, after authentication and before validation. */
export interface RawInput {
  readonly params: unknown;
  readonly query: unknown;
  readonly body: unknown;
  readonly identity: Identity | undefined;
  readonly deps: Deps;
  /** Aborted when the client goes away or the service drains. */
  readonly signal: AbortSignal;
  readonly reply: Reply;
}

interface Input<A extends Access, P extends z.ZodType, Q extends z.ZodType, B extends z.ZodType> {
  readonly params: z.output<P>;
  readonly query: z.output<Q>;
  readonly body: z.output<B>;
  readonly identity: A extends 'public' ? undefined : Identity;
  readonly deps: Deps;
  readonly signal: AbortSignal;
  readonly reply: Reply;
}

/** What one route is; the HTTP surface and its OpenAPI description are both made from this. */
interface RouteDefinition<
  A extends Access,
  P extends z.ZodType,
  Q extends z.ZodType,
  B extends z.ZodType,
  R extends z.ZodType,
> {
  readonly method: Method;
  /** OpenAPI form: `/v1/runs/{run_id}`. */
  readonly path: `/${string}`;
  readonly summary: string;
  readonly tag: string;
  /** One of these roles is needed. Teams are the handler's to check, because only it knows whose the thing is. */
  readonly access: A;
  readonly params?: P;
  readonly query?: Q;
  readonly body?: B;
  /** The answer is parsed with it as well, so that nothing undeclared leaves. */
  readonly response: R;
  /** Defaults to 200. */
  readonly status?: number;
  readonly handle: (input: Input<A, P, Q, B>) => Promise<z.input<R>>;
}

/** A route whose types were checked where it was defined; the app mounts these. */
export interface Route {
  readonly method: Method;
  readonly path: `/${string}`;
  readonly summary: string;
  readonly tag: string;
  readonly access: Access;
  readonly params: z.ZodType | undefined;
  readonly query: z.ZodType | undefined;
  readonly body: z.ZodType | undefined;
  readonly response: z.ZodType;
  readonly status: number;
  /** Validates, handles, and validates the answer. @throws TollgateError */
  readonly answer: (raw: RawInput) => Promise<unknown>;
  /** Set where the answer is a stream (`defineStream`), which is then sent instead. */
  readonly stream?: (raw: RawStream) => Promise<void>;
  /** The content type of a stream; JSON where there is none. */
  readonly media?: string;
  /** Headers of the request that a stream reads. */
  readonly headers?: z.ZodType;
}

/**
 * Defines one route.
 * @example
 * defineRoute({
 *   method: 'get', path: '/v1/flags/{flag_id}', summary: 'One flag', tag: 'flags',
 *   access: { roles: ['owner', 'auditor', 'admin'] },
 *   params: z.object({ flag_id: z.uuid() }), response: flag,
 *   handle: async ({ params, identity, deps }) => readFlag(deps, identity, params.flag_id),
 * })
 */
export function defineRoute<
  const A extends Access,
  R extends z.ZodType,
  P extends z.ZodType = z.ZodUndefined,
  Q extends z.ZodType = z.ZodUndefined,
  B extends z.ZodType = z.ZodUndefined,
>(definition: RouteDefinition<A, P, Q, B, R>): Route {
  const {
    method,
    path,
    summary,
    tag,
    access,
    params,
    query,
    body,
    response,
    status = 200,
    handle,
  } = definition;
  return {
    ...{ method, path, summary, tag, access, params, query, body, response, status },
    answer: async (raw) => {
      if (access !== 'public' && raw.identity === undefined) throw new TollgateError('unauthenticated');
      const output = await handle({
        params: read(params, raw.params, 'params'),
        query: read(query, raw.query, 'query'),
        body: read(body, raw.body, 'body'),
        // A public route gets no identity; every other was just shown to have one.
        identity: (access === 'public' ? undefined : raw.identity) as A extends 'public'
          ? undefined
          : Identity,
        deps: raw.deps,
        signal: raw.signal,
        reply: raw.reply,
      });
      return response.parse(output);
    },
  };
}

export function read<S extends z.ZodType>(schema: S | undefined, value: unknown, where: string): z.output<S> {
  // Without a schema S is ZodUndefined, whose only value this is.
  if (schema === undefined) return undefined as z.output<S>;
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw new TollgateError('invalid_request', undefined, { issues: parsed.error.issues.map(toIssue(where)) });
}

const toIssue =
  (where: string) =>
  (issue: z.core.$ZodIssue): Issue => ({
    path: [where, ...issue.path].map(String).join('.'),
    message: issue.code === 'unrecognized_keys' ? `unknown field ${issue.keys.join(', ')}` : issue.message,
  });
