import type { ClickHouseClient } from '@clickhouse/client';
import { z } from 'zod';
import { DATABASE } from '../roles.ts';

/** Whose content goes. Ids as the API shows them: a dashed UUID, and hex of 32 and 16 digits. */
export type ErasureTarget =
  | { readonly kind: 'runs'; readonly run_ids: readonly string[] }
  | { readonly kind: 'span'; readonly run_id: string; readonly trace_id: string; readonly span_id: string };

export interface ErasureOptions {
  readonly by: string;
  readonly reason: string;
}

export type Erasure =
  | {
      readonly kind: 'erased';
      readonly runs: readonly string[];
      readonly spans: number;
      readonly quarantined: number;
    }
  /** Nothing was erased, because these runs are on legal hold. */
  | { readonly kind: 'held'; readonly runs: readonly string[] };

/**
 * Erases what people and models wrote in some spans, for good: first it is noted whose content is gone, so that a span
 * sent again brings none of it back, then the parts that hold it are rewritten, on every replica, before this resolves.
 * Records stay as they are: they hold salted digests, and the salts are erased with the content.
 * @throws ClickHouse's error; it may then be called again
 */
export async function eraseContent(
  owner: ClickHouseClient,
  target: ErasureTarget,
  { by, reason }: ErasureOptions,
): Promise<Erasure> {
  const runs = runsOf(target);
  const held = await heldAmong(owner, runs);
  if (held.length > 0) return { kind: 'held', runs: held };
  const erased = { spans: 0, quarantined: 0 };
  for (let from = 0; from < runs.length; from += RUNS_AT_ONCE) {
    const part = await eraseRuns(owner, runs.slice(from, from + RUNS_AT_ONCE), target, { by, reason });
    erased.spans += part.spans;
    erased.quarantined += part.quarantined;
  }
  return { kind: 'erased', runs, ...erased };
}

/** ClickHouse looks for at most 255 words at once. */
const RUNS_AT_ONCE = 200;

async function eraseRuns(
  owner: ClickHouseClient,
  runs: readonly string[],
  target: ErasureTarget,
  note: { readonly by: string; readonly reason: string },
): Promise<{ spans: number; quarantined: number }> {
  const params = { ...paramsOf(runs, target), ...note };
  await owner.command({ query: NOTE, query_params: params });
  const [content, quarantine] = conditionsOf(target);
  return {
    spans: await remove(owner, 'span_content', content, params),
    quarantined: await remove(owner, 'quarantine', quarantine, params),
  };
}

/** How much `eraseContent` would erase now: spans with content, and spans in quarantine. */
export async function countContent(
  owner: ClickHouseClient,
  target: ErasureTarget,
): Promise<{ readonly spans: number; readonly quarantined: number }> {
  const runs = runsOf(target);
  const [content, quarantine] = conditionsOf(target);
  const found = { spans: 0, quarantined: 0 };
  for (let from = 0; from < runs.length; from += RUNS_AT_ONCE) {
    const params = paramsOf(runs.slice(from, from + RUNS_AT_ONCE), target);
    found.spans += await countRows(owner, 'span_content', content, params);
    found.quarantined += await countRows(owner, 'quarantine', quarantine, params);
  }
  return found;
}

const runsOf = (target: ErasureTarget): readonly string[] =>
  target.kind === 'runs' ? target.run_ids : [target.run_id];

function paramsOf(runs: readonly string[], target: ErasureTarget) {
  const span = target.kind === 'span' ? target : undefined;
  return { runs, trace: span?.trace_id ?? '', span: span?.span_id ?? '' };
}

const conditionsOf = ({ kind }: ErasureTarget): readonly [content: string, quarantine: string] =>
  kind === 'runs' ? [RUN_CONTENT, RUN_QUARANTINE] : [SPAN_CONTENT, SPAN_QUARANTINE];

const NOTE = `
  INSERT INTO ${DATABASE}.content_erasures (run_id, trace_id, span_id, erased_by, reason)
  SELECT arrayJoin({runs:Array(UUID)}), toFixedString(unhex({trace:String}), 16), toFixedString(unhex({span:String}), 8), {by:String}, {reason:String}`;

const RUN_CONTENT = 'run_id IN {runs:Array(UUID)}';
const SPAN_CONTENT = `${RUN_CONTENT} AND trace_id = unhex({trace:String}) AND span_id = unhex({span:String})`;
/** Of a span that could not be read, the bytes that came; empty for any other. */
const BYTES = `tryBase64Decode(JSONExtractString(raw, 'protobuf'))`;
/** Whose it is cannot be told: it was cut, by a collector or by the view, or it is a whole body, which may be packed. */
const UNTOLD = `startsWith(raw, '{"truncated":true,') OR startsWith(raw, '{"bytes":') OR NOT isValidJSON(raw)`;
/** A quarantined span is known by the run that it names; one that names none, by its trace, which is its run. */
const RUN_QUARANTINE = `multiSearchAnyCaseInsensitive(raw, arrayMap(r -> toString(r), {runs:Array(UUID)}))
    OR multiSearchAnyCaseInsensitive(raw, arrayMap(r -> replaceAll(toString(r), '-', ''), {runs:Array(UUID)}))
    OR multiSearchAnyCaseInsensitive(${BYTES}, arrayMap(r -> toString(r), {runs:Array(UUID)}))
    OR multiSearchAny(${BYTES}, arrayMap(r -> unhex(replaceAll(toString(r), '-', '')), {runs:Array(UUID)}))
    OR lower(trace_id) IN arrayMap(r -> replaceAll(toString(r), '-', ''), {runs:Array(UUID)})
    OR ${UNTOLD}`;
/** One that could not be read has no ids beside it. */
const SPAN_QUARANTINE = `(lower(trace_id) = lower({trace:String}) AND lower(span_id) = lower({span:String}))
    OR (trace_id = '' AND (
      (positionCaseInsensitive(raw, {trace:String}) > 0 AND positionCaseInsensitive(raw, {span:String}) > 0)
      OR (position(${BYTES}, unhex({trace:String})) > 0 AND position(${BYTES}, unhex({span:String})) > 0)
      OR ${UNTOLD}))`;

const heldRow = z.object({ run_id: z.string() });

async function heldAmong(owner: ClickHouseClient, runs: readonly string[]): Promise<readonly string[]> {
  const held: string[] = [];
  for (let from = 0; from < runs.length; from += RUNS_AT_ONCE) {
    const answer = await owner.query({
      query: `SELECT DISTINCT toString(h.run_id) AS run_id FROM ${DATABASE}.runs_on_hold AS h WHERE h.run_id IN {runs:Array(UUID)}`,
      query_params: { runs: runs.slice(from, from + RUNS_AT_ONCE) },
      format: 'JSONEachRow',
    });
    held.push(
      ...z
        .array(heldRow)
        .parse(await answer.json())
        .map(({ run_id }) => run_id),
    );
  }
  return held;
}

const countRow = z.object({ rows: z.coerce.number().int() });

/** An insert that began before the note was there may still bring some; it is looked for again. */
const TRIES = 3;

async function remove(
  owner: ClickHouseClient,
  table: string,
  condition: string,
  query_params: Readonly<Record<string, unknown>>,
): Promise<number> {
  let removed = 0;
  for (let attempt = 0; attempt < TRIES; attempt += 1) {
    const found = await countRows(owner, table, condition, query_params);
    if (found === 0) return removed;
    removed += found;
    await owner.command({
      query: `ALTER TABLE ${DATABASE}.${table} DELETE WHERE ${condition} SETTINGS mutations_sync = 2`,
      query_params,
    });
  }
  return removed;
}

async function countRows(
  owner: ClickHouseClient,
  table: string,
  condition: string,
  query_params: Readonly<Record<string, unknown>>,
): Promise<number> {
  const answer = await owner.query({
    query: `SELECT count() AS rows FROM ${DATABASE}.${table} WHERE ${condition}`,
    query_params: { ...query_params },
    format: 'JSONEachRow',
  });
  const [found] = z.array(countRow).parse(await answer.json());
  return found?.rows ?? 0;
}
