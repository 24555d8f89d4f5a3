import { z } from 'zod';
import { defineControl, type JudgeContext } from './control.ts';
import { exampleRow } from './examples.ts';
import { about, claimed, isForeign } from './rows.ts';

const row = z.object({
  ...claimed,
  /** Lower-case hex. */
  span_id: z.string(),
  versions: z.coerce.number().int(),
  /** Whose keys sent them, and how many each. */
  senders: z.array(z.tuple([z.string(), z.coerce.number().int()])),
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
         any(r.team) AS team, lower(hex(t.span_id)) AS span_id, any(t.versions) AS versions, any(p.senders) AS senders,
         any(t.differing) AS differing, uniqExactIf(r.record_hash, r.record != '') AS records,
         toString(toUnixTimestamp64Nano(any(t.last_received_at))) AS since
  FROM conflicting_spans AS t
  LEFT JOIN (SELECT * FROM evidence_records AS e WHERE e.run_id IN {runs:Array(UUID)}) AS r
    ON r.run_id = t.run_id AND r.trace_id = t.trace_id AND r.span_id = t.span_id
  LEFT JOIN (
    SELECT run_id, trace_id, span_id, arraySort(groupArray((sender, sent))) AS senders FROM (
      SELECT s.run_id AS run_id, s.trace_id AS trace_id, s.span_id AS span_id, toString(s.principal) AS sender, uniqExact(s.span_hash) AS sent
      FROM spans AS s WHERE s.run_id IN {runs:Array(UUID)} GROUP BY s.run_id, s.trace_id, s.span_id, sender)
    GROUP BY run_id, trace_id, span_id) AS p
    ON p.run_id = t.run_id AND p.trace_id = t.trace_id AND p.span_id = t.span_id
  WHERE t.run_id IN {runs:Array(UUID)}
  GROUP BY t.run_id, t.trace_id, t.span_id`;

const example = (changes: Partial<Row> = {}): Row => ({
  ...exampleRow(),
  ...{ span_id: '00f067aa0ba902b7', versions: 2, senders: [['ops-agent', 2]], differing: [], records: 1 },
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
    rows.map((each) => {
      const { span_id, versions, differing, records } = each;
      const strangers = strangersIn(each, context);
      return {
        ...about(each, context),
        ...(strangers.length === 0 ? {} : { strangers }),
        key: `span:${span_id}${strangers.length === 0 ? '' : ':strangers'}`,
        summary: summaryOf(each),
        evidence: {
          ...{ span_id, versions, principals: principalsOf(each) },
          ...{ differing: differing.length === 0 ? ['content'] : differing, records },
        },
      };
    }),
  examples: {
    passes: [{ name: 'each span once', rows: [] }],
    fails: [
      { name: 'content that was changed', rows: [example()] },
      { name: 'another time and name', rows: [example({ differing: ['time', 'name'] })] },
      { name: 'records that disagree', rows: [example({ records: 2 })] },
      {
        name: 'two keys that claim one span',
        rows: [
          example({
            senders: [
              ['billing-agent', 1],
              ['ops-agent', 1],
            ],
            differing: ['principal'],
          }),
        ],
      },
    ],
  },
});

const principalsOf = ({ senders }: Row) => senders.map(([principal]) => principal);

/** Who else sent one, where the run's own evidence has one alone. */
function strangersIn({ run_id, senders }: Row, context: JudgeContext): string[] {
  const isStranger = ([principal]: Row['senders'][number]) => isForeign({ run_id, principal }, context);
  const own = senders
    .filter((sender) => !isStranger(sender))
    .reduce((sum, [, versions]) => sum + versions, 0);
  return own > 1 ? [] : senders.filter(isStranger).map(([principal]) => principal);
}

function summaryOf(each: Row): string {
  const { span_id, versions, records } = each;
  const principals = principalsOf(each);
  const by =
    principals.length > 1 ? `, by ${principals.map((name) => name || 'an unknown key').join(' and ')}` : '';
  const carrying = records > 1 ? `; they carry ${records} different evidence records` : '';
  return `The span ${span_id} was stored with ${versions} different contents${by}${carrying}.`;
}
