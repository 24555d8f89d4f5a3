import type { JournalEntry } from './journal.ts';

/** Server-sent events as bytes of a stream (WHATWG HTML, section 9.2). Pure. */

/** How long a browser waits before it connects again, in milliseconds. */
const RETRY_MS = 2000;

/** What a stream begins with: where it begins, and whether what was changed before that has to be read anew. */
export const opening = (position: number, complete: boolean): string =>
  `retry: ${RETRY_MS}\n\n${frame(position, complete ? 'ready' : 'reset', {})}`;

export const eventFrame = ({ position, ...event }: JournalEntry): string =>
  frame(position, event.kind, event);

/** Why a stream ends; the client may connect again. */
export const closing = (reason: 'right_lost' | 'draining' | 'renew'): string =>
  `event: end\ndata: ${JSON.stringify({ reason })}\n\n`;

/** Says that the stream lives, to both ends and to what is between. */
export const HEARTBEAT = ': heartbeat\n\n';

const frame = (id: number, event: string, data: unknown): string =>
  `id: ${id}\nevent: ${event}\ndata: ${JSON.stringify(data)}\n\n`;
