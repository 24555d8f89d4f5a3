import { errorOf, unreachable } from './errors.ts';
import { type EventsInput, follow, type Told } from './events.ts';
import type { AnswerOf, Arguments, ItemOf, ListName, OperationName } from './operations.ts';
import { requestOf } from './request.ts';
import { pauseBefore, type RetryOptions } from './retry.ts';
import { sleep } from './sleep.ts';

export interface ClientOptions {
  /** Where the service is, e.g. `http://127.0.0.1:4319`. */
  readonly url: string;
  /** A personal token (tgp_…) or an agent's key (tgk_…); without one, only what is public can be asked. */
  readonly token?: string;
  /** For one attempt, in ms; long polls need more than they wait. Defaults to 30,000. Streams have none. */
  readonly timeout_ms?: number;
  readonly retry?: RetryOptions;
  /** Before a stream that broke is opened again. Defaults to one to two seconds, so that not all come at once. */
  readonly reconnect_ms?: number;
  /** Defaults to the platform's. */
  readonly fetch?: typeof globalThis.fetch;
}

/** The API as one identity sees it. Types come from the service's own schemas. */
export interface TollgateClient {
  /**
   * Asks one route.
   * @example await client.call('GET /v1/runs/{run_id}', { params: { run_id } })
   * @throws ApiError with a code of the catalogue
   */
  call<N extends OperationName>(name: N, ...[input]: Arguments<N>): Promise<AnswerOf<N>>;
  /**
   * Opens a route whose answer goes on, such as an archive; nothing of it is held, and it is asked once.
   * @example await client.open('GET /v1/exports/evidence', { query: { run_id } })
   * @throws ApiError
   */
  open<N extends OperationName>(
    name: N,
    ...[input]: Arguments<N>
  ): Promise<ReadableStream<Uint8Array<ArrayBuffer>>>;
  /** Every item of a list, page after page, each page when the one before was taken. @throws ApiError */
  items<N extends ListName>(name: N, ...[input]: Arguments<N>): AsyncGenerator<ItemOf<N>>;
  /** What changes, as it does; a broken connection is opened again where it broke off. @throws ApiError */
  events(input?: EventsInput): AsyncGenerator<Told>;
}

export function createClient(options: ClientOptions): TollgateClient {
  // The service parsed each answer with the schema that its type is made from.
  return {
    call: async (name, ...[input]) => (await ask(options, name, input ?? {})) as AnswerOf<typeof name>,
    open: (name, ...[input]) => open(options, name, input ?? {}),
    items: (name, ...[input]) => pages(options, name, input ?? {}),
    events: (input = {}) => events(options, input),
  };
}

async function ask(options: ClientOptions, name: string, input: Sent): Promise<unknown> {
  const text = await (await send(options, name, input)).text();
  return text === '' ? undefined : JSON.parse(text);
}

async function open(options: ClientOptions, name: string, input: Sent) {
  const { fetch = globalThis.fetch } = options;
  const { url, init } = requestOf(options, name, input);
  const { signal } = input;
  const response = await fetch(url, { ...init, ...(signal === undefined ? {} : { signal }) }).catch(
    (cause: unknown) => {
      throw unreachable(options.url, cause);
    },
  );
  if (!response.ok) throw await errorOf(response);
  if (response.body === null) throw new TypeError('the stream has no body');
  return response.body;
}

async function* pages<N extends ListName>(
  options: ClientOptions,
  name: N,
  input: Sent,
): AsyncGenerator<ItemOf<N>> {
  let cursor: string | null | undefined;
  do {
    const query = { ...input.query, ...(cursor === undefined ? {} : { cursor }) };
    const page = (await ask(options, name, { ...input, query })) as Page<ItemOf<N>>;
    yield* page.items;
    cursor = page.next_cursor;
  } while (cursor !== null);
}

interface Page<T> {
  readonly items: readonly T[];
  readonly next_cursor: string | null;
}

interface Sent {
  readonly params?: unknown;
  readonly query?: object | undefined;
  readonly body?: unknown;
  readonly signal?: AbortSignal | undefined;
}

async function send(options: ClientOptions, name: string, input: Sent): Promise<Response> {
  const { timeout_ms = 30_000, retry = {}, fetch = globalThis.fetch } = options;
  const { method, url, init } = requestOf(options, name, input);
  for (let attempt = 1; ; attempt += 1) {
    const timeout = AbortSignal.timeout(timeout_ms);
    const signal = input.signal === undefined ? timeout : AbortSignal.any([timeout, input.signal]);
    const outcome = await fetch(url, { ...init, signal }).catch((cause: unknown) => ({ cause }));
    input.signal?.throwIfAborted();
    const answered = outcome instanceof Response;
    if (answered && outcome.ok) return outcome;
    const pause = pauseBefore(
      {
        ...{ method, attempt, status: answered ? outcome.status : undefined },
        retryAfter: answered ? outcome.headers.get('retry-after') : null,
      },
      retry,
    );
    if (pause === undefined)
      throw answered ? await errorOf(outcome) : unreachable(options.url, outcome.cause);
    if (answered) await outcome.body?.cancel();
    await sleep(pause, input.signal);
  }
}

function events(
  options: ClientOptions,
  { kinds, workflow, after, signal }: EventsInput,
): AsyncGenerator<Told> {
  return follow(
    {
      signal,
      pause: () => sleep(options.reconnect_ms ?? 1000 + Math.random() * 1000, signal),
      open: (position) =>
        open(options, 'GET /v1/events', {
          query: { kinds: kinds?.join(','), workflow, after: position },
          signal,
        }),
    },
    after,
  );
}
