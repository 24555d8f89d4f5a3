import { evaluationTables } from '../../../../packages/query-service/src/flags/tables.ts';
import { encodeCursor } from '../../../../packages/query-service/src/http/page.ts';
import { DEFAULT_TABLE } from '../data/exporter-table.ts';
import { VIOLATIONS } from '../data/run-sql.ts';
import { WORKFLOWS } from '../data/workflows.ts';
import { type Ground, nth, type Read } from './read.ts';

const attribute = (name: string) => `SpanAttributes['tollgate.${name}']`;
const executed = `${attribute('enforcement')} = 'executed' AND SpanName LIKE 'gate %'`;
const mine = `({workflow:String} = '' OR ${attribute('workflow')} = {workflow:String})`;

const ofCalls = (control: string, condition: string) => `
  SELECT '${control}' AS control, ${attribute('run.id')} AS run, Timestamp AS at
  FROM ${DEFAULT_TABLE} WHERE Timestamp < {before:DateTime64(9)} AND ${executed} AND ${condition} AND ${mine}`;

/** What each control finds, as who knows the attributes would look for it among spans. What people did about it is not there. */
const FOUND: Readonly<Record<string, string>> = {
  approval_matches: ofCalls(
    'approval_matches',
    `${attribute('action.class')} = '3' AND ${attribute('approval.id')} = ''`,
  ),
  rollback_note_present: ofCalls(
    'rollback_note_present',
    `${attribute('action.class')} IN ('2', '3') AND ${attribute('rollback_note')} = ''`,
  ),
  tool_listed: ofCalls(
    'tool_listed',
    `SpanAttributes['gen_ai.tool.name'] NOT IN ('search_tickets', 'set_label', 'send_reply')`,
  ),
  final_status_present: `
  SELECT 'final_status_present' AS control, ${attribute('run.id')} AS run, max(Timestamp) AS at
  FROM ${DEFAULT_TABLE} WHERE Timestamp < {before:DateTime64(9)} AND SpanName LIKE 'invoke_workflow %' AND ${mine}
  GROUP BY run HAVING max(${attribute('final_status')}) = ''`,
};

const page = (found: readonly string[]) =>
  `SELECT * FROM (${found.join('\n  UNION ALL')}) ORDER BY at DESC, run DESC LIMIT 50`;
/** Each violation of everything that is stored; also how the small variant of the benchmark compares the two. */
export const ALL_VIOLATIONS = `SELECT control, run FROM (${Object.values(FOUND).join('\n  UNION ALL')}) ORDER BY control, run`;

const CONTROLS = Object.values(VIOLATIONS);
const FILTERS: readonly Readonly<Record<string, string>>[] = [
  {},
  { state: 'open' },
  ...CONTROLS.map((control) => ({ control })),
  ...CONTROLS.map((control) => ({ control, state: 'open' })),
  { severity: 'critical' },
  { state: 'resolved' },
  ...WORKFLOWS.slice(0, 4).map(({ workflow }) => ({ workflow })),
  ...WORKFLOWS.slice(4, 8).map(({ workflow }) => ({ workflow, state: 'open' })),
];

export const flags: Read = {
  name: 'flags',
  what: 'a page of fifty flags, from anywhere in the list, by state, control, severity or workflow; theirs: fifty violations',
  wantedMs: 25,
  questions: async (ground, count) => {
    const starts = await somewhere(ground, count);
    return Array.from({ length: count }, (_, number) => {
      const filter = nth(FILTERS, number);
      // Every second reading is of the newest page, as people read.
      const start = number % 2 === 0 ? undefined : starts[number % Math.max(1, starts.length)];
      const cursor = start === undefined ? {} : { cursor: encodeCursor([start.raised_at, start.flag_id]) };
      const { control, workflow = '' } = filter;
      const found = control === undefined ? Object.values(FOUND) : [FOUND[control] ?? ''];
      const before = start === undefined ? ground.now : BigInt(start.raised_at);
      return {
        path: `/v1/flags?${new URLSearchParams({ ...filter, ...cursor })}`,
        theirs: { query: page(found), params: { workflow, before: seconds(before) } },
      };
    });
  },
};

const seconds = (ns: bigint) => (Number(ns / 1_000_000n) / 1000).toFixed(3);

async function somewhere({ service }: Ground, count: number) {
  const rows = await evaluationTables(service.control.db)
    .selectFrom('flags')
    .select(['flag_id', 'raised_at'])
    .orderBy('flag_id')
    .limit(count)
    .execute();
  return rows;
}
