import { z } from 'zod';
import type { Deps } from '../deps.ts';
import { decodeCursor, pageOf } from '../http/page.ts';
import { visibleTeams } from '../identity/allows.ts';
import type { Identity } from '../identity/identity.ts';
import { principalsOf } from '../identity/principal-teams.ts';
import { storeTime } from '../records/store-time.ts';
import { select } from '../runs/select.ts';
import { isoTime } from '../state/time.ts';

export const quarantineAnswer = z.object({
  principal: z.string(),
  reason: z.string(),
  message: z.string(),
  trace_id: z.string(),
  span_id: z.string(),
  span_name: z.string(),
  received_at: z.iso.datetime(),
});
type QuarantineAnswer = z.output<typeof quarantineAnswer>;

const row = quarantineAnswer.extend({ received_at: z.coerce.bigint(), row_hash: z.string() });

/** What could not be stored, the newest first, without its raw text, which may be content. */
export async function readQuarantine(
  deps: Pick<Deps, 'store' | 'control'>,
  identity: Identity,
  { limit, cursor, reason }: { limit: number; cursor?: string | undefined; reason?: string | undefined },
): Promise<{ items: QuarantineAnswer[]; next_cursor: string | null }> {
  const after =
    cursor === undefined
      ? undefined
      : decodeCursor(cursor, z.tuple([z.string().regex(/^\d{1,19}$/), z.string().regex(/^\d{1,39}$/)]));
  const principals = await visiblePrincipals(deps, identity);
  const conditions = [
    'true',
    ...(reason === undefined ? [] : ['q.reason = {reason:String}']),
    ...(principals === undefined ? [] : ['q.principal IN {principals:Array(String)}']),
    ...(after === undefined
      ? []
      : [`(q.received_at, q.row_hash) < ({at:DateTime64(9, 'UTC')}, {hash:UInt128})`]),
  ];
  const query = `
    SELECT q.principal AS principal, q.reason AS reason, q.message AS message, q.trace_id AS trace_id, q.span_id AS span_id,
           q.span_name AS span_name, toString(toUnixTimestamp64Nano(q.received_at)) AS received_at, toString(q.row_hash) AS row_hash
    FROM quarantine AS q WHERE ${conditions.join(' AND ')}
    ORDER BY q.received_at DESC, q.row_hash DESC LIMIT {limit:UInt32}`;
  const rows = await select(deps, row, query, {
    ...{ reason, principals: principals ?? [], limit: limit + 1 },
    ...(after === undefined ? {} : { at: storeTime(after[0]), hash: after[1] }),
  });
  const page = pageOf(rows, limit, ({ received_at, row_hash }) => [received_at.toString(), row_hash]);
  return { ...page, items: page.items.map((each) => ({ ...each, received_at: isoTime(each.received_at) })) };
}

/** A quarantined span has no team of its own; the key that it came with has. */
async function visiblePrincipals(
  { control }: Pick<Deps, 'control'>,
  identity: Identity,
): Promise<string[] | undefined> {
  const teams = visibleTeams(identity);
  if (teams === undefined) return undefined;
  return principalsOf({ control }, teams);
}
