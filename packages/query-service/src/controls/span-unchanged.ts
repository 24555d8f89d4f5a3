import { z } from 'zod';
import { defineControl } from './control.ts';
import { exampleRow } from './examples.ts';
import { about, claimed } from './rows.ts';

const row = z.object({
  ...claimed,
  /** Lower-case hex. */
  span_id: z.string(),
  versions: z.coerce.number().int(),
  principals: z.array(z.string()),
  /** What disagrees besides content: `principal`, `time`, `name`, `place`, `status`, `attributes`. */
  differing: z.array(z.string()),
  /** How many different evidence records the versions carry. */
  records: z.coerce.number().int(),
});
type Row = z.output<typeof row>;

/** The runs that have such a span: few or none. */
const suspects = `
  SELECT DISTINCT toString(run_id) AS run_id FROM (
    SELECT s.run_id AS run_id FROM spans AS s WHERE s.run_id IN {runs:Array(UUID)}
    GROUP BY s.run_id, s.trace_id, s.span_id HAVING min(s.span_hash) != max(s.span_hash)) SETTINGS final = 0`;

/** Every span of each run that was stored with several contents under one id, and what the records in them claim. */
const query = `
  SELECT toString(t.run_id) AS run_id, any(r.workflow) AS workflow, any(r.policy_version) AS policy_version, any(r.owner) AS owner,
         any(r.team) AS team, lower(hex(t.span_id)) AS span_id, any(t.versions) AS versions, any(arraySort(t.principals)) AS principals,
         any(t.differing) AS differing, uniqExactIf(r.record_hash, r.record != '') AS records,
         toString(toUnixTimestamp64Nano(any(t.last_received_at))) AS since
  FROM conflicting_spans AS t
  LEFT JOIN (SELECT * FROM evidence_records AS e WHERE e.run_id IN {runs:Array(UUID)}) AS r
    ON r.run_id = t.run_id AND r.trace_id = t.trace_id AND r.span_id = t.span_id
  WHERE t.run_id IN {runs:Array(UUID)}
  GROUP BY t.run_id, t.trace_id, t.span_id`;

const example = (changes: Partial<Row> = {}): Row => ({
  ...exampleRow(),
  ...{ span_id: '00f067aa0ba902b7', versions: 2, principals: ['ops-agent'], differing: [], records: 1 },
  ...changes,
});

export const spanUnchanged = defineControl({
  control: 'span_unchanged',
  severity: 'critical',
  description:
    'No span was stored with two contents, and no two keys claim the same span. Both versions are kept and both count, so that nothing can be hidden behind an id.',
  graceSeconds: 0,
  clears: 'one version of the span is all that is stored',
  query,
  suspects,
  row,
  judge: (rows, context) =>
    rows.map((each) => ({
      ...about(each, context),
      key: `span:${each.span_id}`,
      summary: summaryOf(each),
      evidence: {
        ...{ span_id: each.span_id, versions: each.versions, principals: each.principals },
        ...{ differing: each.differing.length === 0 ? ['content'] : each.differing, records: each.records },
      },
    })),
  examples: {
    passes: [{ name: 'each span once', rows: [] }],
    fails: [
      { name: 'content that was changed', rows: [example()] },
      { name: 'another time and name', rows: [example({ differing: ['time', 'name'] })] },
      { name: 'records that disagree', rows: [example({ records: 2 })] },
      {
        name: 'two keys that claim one span',
        rows: [example({ principals: ['billing-agent', 'ops-agent'], differing: ['principal'] })],
      },
    ],
  },
});

function summaryOf({ span_id, versions, principals, records }: Row): string {
  const by =
    principals.length > 1 ? `, by ${principals.map((name) => name || 'an unknown key').join(' and ')}` : '';
  const carrying = records > 1 ? `; they carry ${records} different evidence records` : '';
  return `The span ${span_id} was stored with ${versions} different contents${by}${carrying}.`;
}
