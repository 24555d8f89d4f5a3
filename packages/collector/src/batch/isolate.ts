import type { BodyRead } from '../log/body-reader.ts';
import { extendRanges, type IdRange } from '../log/range-set.ts';
import { insertBatch, insertQuarantine } from '../store/insert-batch.ts';
import type { InsertResult } from '../store/insert-result.ts';
import { BodyBatch } from './body-batch.ts';
import { addWhole, decodeLogged } from './decode-logged.ts';
import type { StoreParts } from './store-batch.ts';

type Refused = Extract<InsertResult, { kind: 'rejected' }>;
type Unavailable = Extract<InsertResult, { kind: 'unavailable' }>;

export type Isolated =
  | {
      readonly kind: 'stored';
      readonly rejected: BodyBatch['rejected'];
      /** Why, by body, in words for the sender. */
      readonly unstorable: ReadonlyMap<number, string>;
    }
  | Unavailable;

interface Refusal {
  readonly token: string;
  readonly refused: Refused;
  /** Others were stored since it was refused before. */
  readonly believed: boolean;
}

interface Hunt {
  readonly parts: StoreParts;
  /** Stands for everything in the end: what is counted of each body. */
  readonly counted: BodyBatch;
  /** Refused alone, under this token. */
  readonly guilty: { readonly id: number; readonly token: string; readonly refused: Refused }[];
  storedRows: number;
}

/**
 * Halves a refused batch, body by body, until those that are refused alone are found; stores the rest, and quarantines
 * them with their bytes. Each part's token depends on the batch's alone, so after a crash the same path changes nothing.
 * Where nothing of it can be stored, it may be the server's trouble after all; see `Refusable`.
 */
export async function isolate(
  batch: BodyBatch,
  { token, refused, believed }: Refusal,
  parts: StoreParts,
): Promise<Isolated> {
  const { pool, logger, refusable } = parts;
  const counted = new BodyBatch(pool);
  const hunt: Hunt = { parts, counted, guilty: [], storedRows: 0 };
  const ids = batch.ranges.flatMap(([first, last]) =>
    Array.from({ length: last - first + 1 }, (_, i) => first + i),
  );
  const halves = await insertHalves(ids, token, refused, hunt);
  if (halves.kind === 'unavailable') return halves;
  const { guilty } = hunt;
  if (hunt.storedRows === 0 && !believed && !refusable.take(guilty.length))
    return { ...refused, kind: 'unavailable' };
  // The server may have been mended meanwhile: only who is refused once more is guilty.
  for (const suspect of guilty.splice(0)) {
    const again = await insertPart([suspect.id], suspect.token, hunt);
    if (again.kind === 'unavailable') return again;
  }
  const quarantined = guilty.length === 0 ? STORED : await quarantine(hunt, token);
  if (quarantined.kind !== 'stored') return { ...quarantined, kind: 'unavailable' };
  if (guilty.length > 0)
    logger.error(
      { bodies: guilty.length, code: refused.code, reason: refused.message },
      'ClickHouse refused what bodies hold; they are in the quarantine as "unstorable"',
    );
  const unstorable = new Map(guilty.map(({ id, refused: why }) => [id, `ClickHouse error ${why.code}`]));
  return { kind: 'stored', rejected: counted.rejected, unstorable };
}

const STORED = { kind: 'stored' } as const;

async function insertHalves(
  ids: readonly number[],
  token: string,
  refused: Refused,
  hunt: Hunt,
): Promise<{ readonly kind: 'stored' } | Unavailable> {
  const [only, ...more] = ids;
  if (only === undefined) return STORED;
  if (more.length === 0) {
    hunt.guilty.push({ id: only, token, refused });
    return STORED;
  }
  const middle = ids.length >> 1;
  for (const [index, half] of [ids.slice(0, middle), ids.slice(middle)].entries()) {
    const result = await insertPart(half, `${token}.${index}`, hunt);
    if (result.kind === 'unavailable') return result;
  }
  return STORED;
}

async function insertPart(
  ids: readonly number[],
  token: string,
  hunt: Hunt,
): Promise<{ readonly kind: 'stored' } | Unavailable> {
  const part = new BodyBatch(hunt.parts.pool);
  const result = await insertDecoded(ids, part, token, hunt).finally(() => part.release());
  // Its block is free by now: its halves need it.
  if (result.kind === 'rejected') return insertHalves(ids, token, result, hunt);
  if (result.kind === 'stored') hunt.counted.addTotals(part);
  return result;
}

async function insertDecoded(
  ids: readonly number[],
  part: BodyBatch,
  token: string,
  hunt: Hunt,
): Promise<InsertResult> {
  const { log, limits, store, refusable } = hunt.parts;
  for await (const read of log.read(rangesOf(ids))) await decodeLogged(read, part, limits, log);
  const { rows, quarantine: refused } = part;
  const result = await insertBatch(rows, refused, token, store);
  if (result.kind === 'stored' && rows.rows > 0) refusable.stored();
  if (result.kind === 'stored') hunt.storedRows += rows.rows;
  return result;
}

async function quarantine({ parts, guilty, counted }: Hunt, token: string): Promise<InsertResult> {
  const { log, limits, store, pool } = parts;
  const whys = new Map(guilty.map(({ id, refused }) => [id, `ClickHouse error ${refused.code}`]));
  const bad = new BodyBatch(pool);
  for await (const read of log.read(rangesOf([...whys.keys()])))
    if (read.kind === 'body') await addWhole(bad, read, whys.get(idOf(read)) ?? '', limits, log);
    else await decodeLogged(read, bad, limits, log);
  counted.addTotals(bad);
  return insertQuarantine(bad.quarantine, `${token}:unstorable`, store);
}

const idOf = (read: BodyRead): number => (read.kind === 'body' ? read.meta.id : read.id);

function rangesOf(ids: readonly number[]): IdRange[] {
  const ranges: IdRange[] = [];
  for (const id of ids) extendRanges(ranges, id);
  return ranges;
}
