import { z } from 'zod';
import { defineControl } from './control.ts';
import { EXAMPLE_TIME } from './examples.ts';
import { nanoseconds } from './rows.ts';

const sums = z.record(z.string(), z.string());
const row = z.object({
  rollup: z.string(),
  /** UTC, e.g. 2026-11-23. */
  day: z.string(),
  /** Of the day's rollup that was wrong (ns). */
  version: z.string(),
  groups_differing: z.coerce.number(),
  rolled: sums,
  from_rows: sums,
  since: nanoseconds,
});
type Row = z.output<typeof row>;

/** Differences that were found lately. They belong to no run; a person resolves the flag with a note. */
const query = `
  SELECT rollup, toString(day) AS day, toString(toUnixTimestamp64Nano(t.version)) AS version, groups_differing, rolled, from_rows,
         toString(toUnixTimestamp64Nano(found_at)) AS since
  FROM rollup_drifts AS t WHERE found_at > now() - INTERVAL 90 DAY
  ORDER BY found_at DESC LIMIT 1000`;

const example: Row = {
  ...{ rollup: 'costs', day: '2026-09-21', version: '1790000000000000000', groups_differing: 1 },
  rolled: { calls: '10', cost: '0.5' },
  from_rows: { calls: '12', cost: '0.6' },
  since: EXAMPLE_TIME,
};

export const rollupsAgree = defineControl({
  control: 'rollups_agree',
  severity: 'critical',
  description:
    'The totals of a closed day are what its rows give. A difference means that somebody or something changed one of the two; the day was rebuilt from rows, and a person looks into it.',
  graceSeconds: 0,
  clears: 'the difference was found more than 90 days ago',
  query,
  row,
  scopes: (rows) => rows.map(scopeOf),
  judge: (rows) =>
    rows.map((each) => ({
      ...{ scope: scopeOf(each), key: each.version, run_id: null, since: each.since },
      ...{ workflow: 'installation', owner: '', team: '*' },
      summary: `The ${each.rollup} of ${each.day} did not agree with the stored rows in ${each.groups_differing} groups, and were rebuilt from them.`,
      evidence: {
        ...{ rollup: each.rollup, day: each.day, groups_differing: each.groups_differing },
        ...{ rolled_up: each.rolled, from_rows: each.from_rows },
      },
    })),
  examples: {
    passes: [{ name: 'no difference', rows: [] }],
    fails: [{ name: 'a day with other sums', rows: [example] }],
  },
});

const scopeOf = ({ rollup, day }: Row) => `rollup/${rollup}/${day}`;
