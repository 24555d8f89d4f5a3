import type { Operations } from './generated/operations.ts';

/** Every route but the stream, which `events` reads: `GET /v1/runs/{run_id}`. */
export type OperationName = Exclude<keyof Operations, 'GET /v1/events'>;

export type AnswerOf<N extends OperationName> = Operations[N]['answer'];

type Part<O, K extends 'params' | 'query' | 'body'> = K extends keyof O
  ? O[K] extends undefined
    ? { readonly [P in K]?: undefined }
    : Partial<O[K]> extends O[K]
      ? { readonly [P in K]?: O[K] }
      : { readonly [P in K]: O[K] }
  : never;

/** What a route takes: `params` of its path, `query` and `body`, each where the route has one. */
export type InputOf<N extends OperationName> = Part<Operations[N], 'params'> &
  Part<Operations[N], 'query'> &
  Part<Operations[N], 'body'> & { readonly signal?: AbortSignal };

/** Routes that answer a page. */
export type ListName = {
  [N in OperationName]: AnswerOf<N> extends {
    readonly items: readonly unknown[];
    readonly next_cursor: string | null;
  }
    ? N
    : never;
}[OperationName];

export type ItemOf<N extends ListName> = AnswerOf<N>['items'][number];

/** The arguments of a call: none are needed where the route needs nothing. */
export type Arguments<N extends OperationName> =
  Record<never, never> extends InputOf<N> ? [input?: InputOf<N>] : [input: InputOf<N>];
