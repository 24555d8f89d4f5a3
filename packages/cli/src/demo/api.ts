import { errorBody } from '@tollgate/contract';
import { z } from 'zod';

/** The service said no, or did not understand. */
export class ApiError extends Error {
  readonly status: number;
  readonly code: string;

  constructor(status: number, code: string, message: string) {
    super(message);
    this.name = 'ApiError';
    this.status = status;
    this.code = code;
  }
}

/** The query service as one identity sees it. */
export interface Api {
  get<T>(path: string, shape: z.ZodType<T>): Promise<T>;
  /** Every item of a list, page after page. */
  list<T>(path: string, item: z.ZodType<T>): Promise<readonly T[]>;
  post(path: string, body: unknown): Promise<unknown>;
}

const TIMEOUT_MS = 30_000;
const PAGE = 200;

export function connectApi(serviceUrl: string, token: string): Api {
  const send = async (method: string, path: string, body?: unknown): Promise<unknown> => {
    const response = await fetch(new URL(path, serviceUrl), {
      method,
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    const text = await response.text();
    if (!response.ok) throw toError(`${method} ${path}`, response.status, text);
    return text === '' ? null : JSON.parse(text);
  };
  const get = async <T>(path: string, shape: z.ZodType<T>) => shape.parse(await send('GET', path));
  return {
    get,
    post: (path, body) => send('POST', path, body),
    list: async <T>(path: string, item: z.ZodType<T>) => {
      const page = z.object({ items: z.array(item), next_cursor: z.string().nullable() });
      const found: T[] = [];
      const start = `${path}${path.includes('?') ? '&' : '?'}limit=${PAGE}`;
      for (let next: string | null = start; next !== null; ) {
        const { items, next_cursor }: z.output<typeof page> = await get(next, page);
        found.push(...items);
        next = next_cursor === null ? null : `${start}&cursor=${encodeURIComponent(next_cursor)}`;
      }
      return found;
    },
  };
}

/** Undefined as long as there is nothing by that name: what was acknowledged reaches the tables a moment later. */
export async function ifFound<T>(asked: Promise<T>): Promise<T | undefined> {
  return asked.catch((error: unknown) => {
    if (error instanceof ApiError && error.status === 404) return undefined;
    throw error;
  });
}

function toError(request: string, status: number, text: string): ApiError {
  const parsed = errorBody.safeParse(safeJson(text));
  const { code, message } = parsed.success
    ? parsed.data.error
    : { code: 'internal', message: text.slice(0, 200) };
  return new ApiError(status, code, `${request} answered ${status} ${code}: ${message}`);
}

function safeJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
