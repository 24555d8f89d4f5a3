import { once } from 'node:events';
import { TollgateError } from '@tollgate/contract';
import type { Response } from 'express';
import type { z } from 'zod';
import type { Deps } from '../deps.ts';
import type { Identity } from '../identity/identity.ts';
import { type RawInput, type Route, read } from './route.ts';

/** One client's end of a stream. */
export interface Outlet {
  /** False once the client is gone or was cut. */
  readonly open: boolean;
  /** Resolves when the client has room for more; one that makes none in time is cut. */
  write(piece: string | Uint8Array): Promise<void>;
}

/** What came in, and where it goes out. */
export interface RawStream extends Omit<RawInput, 'reply'> {
  readonly headers: Readonly<Record<string, unknown>>;
  /** Who asks, found out anew; undefined where it may no longer ask. */
  readonly identify: () => Promise<Identity | undefined>;
  readonly outlet: Outlet;
}

interface StreamDefinition<Q extends z.ZodType, H extends z.ZodType>
  extends Pick<Route, 'path' | 'summary' | 'tag' | 'response'> {
  readonly access: Exclude<Route['access'], 'public'>;
  /** Its content type. */
  readonly media: string;
  readonly query: Q;
  readonly headers: H;
  readonly send: (input: {
    readonly query: z.output<Q>;
    readonly headers: z.output<H>;
    readonly identity: Identity;
    readonly deps: Deps;
    readonly signal: AbortSignal;
    readonly identify: RawStream['identify'];
    readonly outlet: Outlet;
  }) => Promise<void>;
}

/** Defines a route whose answer goes on until the client, its right or the service ends it. */
export function defineStream<Q extends z.ZodType, H extends z.ZodType>(
  definition: StreamDefinition<Q, H>,
): Route {
  const { send, ...rest } = definition;
  return {
    ...rest,
    ...{ method: 'get', status: 200, params: undefined, body: undefined },
    answer: () => Promise.reject(new TollgateError('internal', 'A stream has no single answer.')),
    stream: async ({ identity, query, headers, ...raw }) => {
      if (identity === undefined) throw new TollgateError('unauthenticated');
      await send({
        ...raw,
        identity,
        query: read(definition.query, query, 'query'),
        headers: read(definition.headers, headers, 'headers'),
      });
    },
  };
}

/** How long a client may take nothing before it is cut: longer than any stall that heals. */
const PATIENCE_MS = 20_000;

/**
 * An answer that goes on. What was written and not taken yet is bounded by one write: the next one waits, and a client
 * that takes nothing for too long is cut, so that no slow client costs memory.
 */
export function outletOf(response: Response, media: string, patience_ms = PATIENCE_MS): Outlet {
  const begin = () => {
    response.status(200).setHeader('content-type', media);
    response.setHeader('x-accel-buffering', 'no');
    response.flushHeaders();
  };
  return {
    get open() {
      return !response.destroyed && !response.writableEnded;
    },
    write: async (piece) => {
      if (response.destroyed) return;
      if (!response.headersSent) begin();
      if (!response.write(piece) && !(await hasRoom(response, patience_ms))) response.destroy();
    },
  };
}

/** False where the client is gone, or took nothing in time. */
async function hasRoom(response: Response, patience_ms: number): Promise<boolean> {
  const over = new AbortController();
  const timer = setTimeout(() => over.abort(), patience_ms).unref();
  const gone = once(response, 'close', { signal: over.signal }).then(() => false);
  const room = once(response, 'drain', { signal: over.signal }).then(() => true);
  try {
    return await Promise.race([room, gone]);
  } catch {
    return false;
  } finally {
    clearTimeout(timer);
    over.abort();
  }
}
