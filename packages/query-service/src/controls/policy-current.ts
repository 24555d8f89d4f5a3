import { z } from 'zod';
import { defineControl } from './control.ts';
import { EXAMPLE_TIME, exampleRow } from './examples.ts';
import { about, claimed, nanoseconds } from './rows.ts';

const row = z.object({
  ...claimed,
  /** Whom the key speaks for that sent the last decision; empty where the collector knew no keys. */
  principal: z.string(),
  /** Of the workflow, a day before the run's last decision. */
  in_force: z.string(),
  /** When the store received the last decision (ns). */
  last: nanoseconds,
});
type Row = z.output<typeof row>;

/**
 * Runs in which something was decided more than a day after they began, with the version that was in force a day before that:
 * every registration counts, also of a version that was there before. Both are as the service recorded them.
 */
const query = `
  SELECT toString(g.run_id) AS run_id, any(g.workflow) AS workflow, any(g.policy_version) AS policy_version, any(g.owner) AS owner,
         any(g.team) AS team, d.principal AS principal, argMax(w.policy_version, w.registered_at) AS in_force,
         toString(toUnixTimestamp64Nano(any(d.last))) AS last, last AS since
  FROM (
    SELECT run_id, toString(principal) AS principal, max(received_at) AS last FROM evidence_records
    WHERE run_id IN {runs:Array(UUID)} AND kind IN ('gate_decided', 'tool_called') GROUP BY run_id, principal) AS d
  INNER JOIN (SELECT * FROM run_registrations WHERE run_id IN {runs:Array(UUID)}) AS g ON g.run_id = d.run_id
  INNER JOIN workflow_registrations AS w ON w.workflow = g.workflow
  WHERE d.last - INTERVAL 1 DAY > g.registered_at AND w.registered_at <= d.last - INTERVAL 1 DAY
  GROUP BY g.run_id, d.principal`;

const example = (changes: Partial<Row> = {}): Row => ({
  ...exampleRow(),
  ...{ principal: 'ops-agent', in_force: exampleRow().policy_version, last: EXAMPLE_TIME },
  ...changes,
});

export const policyCurrent = defineControl({
  control: 'policy_current',
  severity: 'warning',
  description:
    'Nothing is decided by a policy version that another has replaced for more than a day; the service registers runs with the newest alone.',
  graceSeconds: 60,
  clears: 'the policy version is in force again',
  query,
  row,
  judge: (rows, context) =>
    rows
      .filter(({ in_force, policy_version }) => in_force !== policy_version)
      .map((each) => ({
        ...about(each, context),
        key: each.policy_version,
        summary: `The run still decides by ${each.policy_version.slice(0, 19)}, which ${each.in_force.slice(0, 19)} had replaced a day before.`,
        evidence: { policy_version: each.policy_version, in_force: each.in_force },
      })),
  examples: {
    passes: [{ name: 'the version in force', rows: [example()] }],
    fails: [{ name: 'a version that was replaced', rows: [example({ in_force: 'sha256:0' })] }],
  },
});
