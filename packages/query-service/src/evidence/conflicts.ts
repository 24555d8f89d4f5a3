import { z } from 'zod';
import type { Deps } from '../deps.ts';
import { ofRun, ofRunParams, type RunTimes } from '../runs/run-times.ts';
import { select } from '../runs/select.ts';

/** A span that was stored with several contents. */
const conflict = z.object({ span_id: z.string(), versions: z.coerce.number() });
export type Conflict = z.output<typeof conflict>;

/** Of a run with more spans than this, the engine says which are in conflict. */
const FEW = 2_000;
/** No more conflicts than this are named. */
const MOST = 100;

/** A span's hash is over all of it, so that copies which wait to be merged away are one content, and need not be merged for this. */
const SPANS = 'SELECT hex(trace_id) AS trace_id, hex(span_id) AS span_id, span_hash FROM spans AS s WHERE ';
const CONFLICTS = `
  SELECT lower(hex(s.span_id)) AS span_id, uniqExact(s.span_hash) AS versions FROM spans AS s WHERE `;
const span = z.object({ trace_id: z.string(), span_id: z.string(), span_hash: z.string() });

/** What the view `conflicting_spans` says, of one run. @param times as `ofRun` has it */
export async function readConflicts(
  deps: Pick<Deps, 'store'>,
  run_id: string,
  times: RunTimes | undefined,
): Promise<readonly Conflict[]> {
  const read = <T extends z.ZodType>(row: T, query: string) =>
    select(deps, row, `${query} SETTINGS final = 0`, ofRunParams(run_id, times), { one_thread: true });
  const spans = await read(span, `${SPANS}${ofRun('s.start', times)} LIMIT ${FEW + 1}`);
  if (spans.length <= FEW) return conflictsAmong(spans);
  return read(
    conflict,
    `${CONFLICTS}${ofRun('s.start', times)}
    GROUP BY s.trace_id, s.span_id HAVING versions > 1 ORDER BY span_id LIMIT ${MOST}`,
  );
}

function conflictsAmong(spans: readonly z.output<typeof span>[]): readonly Conflict[] {
  const bySpan = Map.groupBy(spans, ({ trace_id, span_id }) => trace_id + span_id);
  return [...bySpan.values()]
    .map((copies) => ({
      span_id: copies[0]?.span_id.toLowerCase() ?? '',
      versions: new Set(copies.map(({ span_hash }) => span_hash)).size,
    }))
    .filter(({ versions }) => versions > 1)
    .sort((a, b) => (a.span_id < b.span_id ? -1 : 1))
    .slice(0, MOST);
}
