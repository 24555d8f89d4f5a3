import { encodeCursor } from '../../../../packages/query-service/src/http/page.ts';
import { DEFAULT_TABLE } from '../data/exporter-table.ts';
import { WORKFLOWS } from '../data/workflows.ts';
import { dayBefore, nth, type Question, type Read, someRuns } from './read.ts';

const attribute = (name: string) => `SpanAttributes['tollgate.${name}']`;

/** A run is a trace there, and what is known of it has to be gathered from its spans. */
const runsOfSpans = (having: string) => `
  SELECT TraceId, any(${attribute('run.id')}) AS run, max(${attribute('workflow')}) AS workflow, max(${attribute('team')}) AS team,
    max(${attribute('owner')}) AS owner, max(${attribute('final_status')}) AS status, min(Timestamp) AS started,
    max(addNanoseconds(Timestamp, toInt64(Duration))) AS ended, count() AS spans,
    sum(toUInt64OrZero(SpanAttributes['gen_ai.usage.input_tokens'])) AS input_tokens,
    sum(toUInt64OrZero(SpanAttributes['gen_ai.usage.output_tokens'])) AS output_tokens
  FROM ${DEFAULT_TABLE}
  WHERE Timestamp >= {from:DateTime} AND Timestamp < {to:DateTime64(9)}
  GROUP BY TraceId HAVING run != '' AND ${having}
  ORDER BY started DESC LIMIT 50`;

interface Filter {
  readonly query: Readonly<Record<string, string>>;
  readonly having: string;
  /** Days back; all of them where it is not given. */
  readonly days?: number;
}

const WORKFLOW_FILTERS: readonly Filter[] = WORKFLOWS.slice(0, 5).map(({ workflow }) => ({
  query: { workflow },
  having: `workflow = '${workflow}'`,
}));

const FILTERS: readonly Filter[] = [
  { query: {}, having: '1' },
  { query: {}, having: '1', days: 7 },
  ...WORKFLOW_FILTERS,
  { query: { team: 'billing' }, having: `team = 'billing'` },
  { query: { team: 'legal', status: 'failed' }, having: `team = 'legal' AND status = 'failed'` },
  { query: { status: 'refused' }, having: `status = 'refused'` },
  { query: { status: 'unsealed' }, having: `status = ''` },
  {
    query: { workflow: 'sales-digest', status: 'completed' },
    having: `workflow = 'sales-digest' AND status = 'completed'`,
    days: 30,
  },
  { query: { owner: 'triage.support@example.com' }, having: `owner = 'triage.support@example.com'` },
  { query: { action_class: '3' }, having: `max(${attribute('action.class')}) = '3'`, days: 30 },
  { query: { tool: 'drop_database' }, having: `max(SpanAttributes['gen_ai.tool.name'] = 'drop_database')` },
  {
    query: { severity: 'critical' },
    having: `max(${attribute('action.class')} = '3' AND ${attribute('enforcement')} = 'executed' AND ${attribute('approval.id')} = '')`,
  },
];

export const runs: Read = {
  name: 'runs',
  what: 'a page of fifty runs with costs and open flags, from anywhere in the list, by workflow, team, status, owner, tool, class or flag',
  wantedMs: 100,
  questions: async (ground, count) => {
    const starts = await someRuns(ground, count, 'runs');
    return Array.from({ length: count }, (_, number): Question => {
      const { query, having, days = 90 } = nth(FILTERS, number);
      const from = dayBefore(ground, days);
      const start = number % 2 === 0 || days < 90 ? undefined : nth(starts, number);
      const cursor = start === undefined ? {} : { cursor: encodeCursor([start.started, start.run_id]) };
      const to = start === undefined ? ground.now : BigInt(start.started);
      return {
        path: `/v1/runs?${new URLSearchParams({ ...query, from, ...cursor })}`,
        theirs: {
          query: runsOfSpans(having),
          params: { from: `${from} 00:00:00`, to: (Number(to / 1_000_000n) / 1000).toFixed(3) },
        },
      };
    });
  },
};
