import { type EventBlock, readBlocks } from './event-blocks.ts';
import type { Operations } from './generated/operations.ts';

type EventName = NonNullable<Operations['GET /v1/events']['answer']['event']>;
export type ChangeKind = Exclude<EventName, 'ready' | 'reset' | 'end'>;

/** One change, as `GET /v1/events` tells it. Read the thing itself to know more. */
export interface Change {
  readonly kind: ChangeKind;
  /** Its place in the order of changes; `after` goes on behind it. */
  readonly id: string;
  /** `open`, `decided`, `completed`, `suspended` … */
  readonly event: string;
  readonly subject: string;
  readonly workflow: string;
  readonly run_id: string | null;
  readonly team: string;
  readonly at: string;
}

/** `reset`: changes between the last one and this are gone, so everything that was read has to be read anew. */
export type Told = Change | { readonly kind: 'reset'; readonly id: string };

export interface EventsInput {
  /** Every kind where nothing is said. */
  readonly kinds?: readonly ChangeKind[];
  readonly workflow?: string;
  /** The id of the last change that was seen; without it, from now on. */
  readonly after?: string;
  readonly signal?: AbortSignal;
}

interface Source {
  /** Opens the stream after an event. @throws ApiError where it is refused */
  open(after: string | undefined): Promise<ReadableStream<Uint8Array>>;
  pause(): Promise<void>;
  readonly signal: AbortSignal | undefined;
}

/** Changes, over as many connections as it takes. Ends where the signal is aborted. @throws ApiError where it is refused */
export async function* follow(
  { open, pause, signal }: Source,
  start: string | undefined,
): AsyncGenerator<Told> {
  let after = start;
  for (;;) {
    try {
      for await (const block of readBlocks(await open(after))) {
        after = block.id ?? after;
        const told = toldBy(block);
        if (told !== undefined) yield told;
      }
    } catch (error) {
      if (signal?.aborted) return;
      if (!isBroken(error)) throw error;
    }
    if (signal?.aborted) return;
    await pause();
  }
}

/** A connection that broke is opened again; a refusal, or what whoever iterates throws, is not. */
const isBroken = (error: unknown): boolean => error instanceof TypeError || error instanceof DOMException;

function toldBy({ id, event, data }: EventBlock): Told | undefined {
  if (id === undefined || event === 'ready' || event === 'end') return undefined;
  if (event === 'reset') return { kind: 'reset', id };
  return { ...(JSON.parse(data) as Omit<Change, 'id'>), id };
}
