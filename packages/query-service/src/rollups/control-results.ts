import type { Rollup } from './rollup.ts';

/** Every change of every flag that was raised on the day. */
const FLAGS = `SELECT flag_id FROM flags WHERE raised_at >= {day:Date} AND raised_at < {day:Date} + INTERVAL 1 DAY`;

/**
 * What controls found, as it stands now, on the day on which each flag was first raised. How much a control had to judge
 * is not stored yet: it becomes further figures here and in `control_days`, and nothing else changes.
 */
export const CONTROL_RESULTS: Rollup = {
  name: 'controls',
  table: 'control_days',
  keys: ['control', 'severity', 'workflow', 'owner', 'team'],
  figures: ['flags', 'open_flags', 'acknowledged', 'resolved', 'cleared'],
  totals: ['flags', 'open_flags'],
  touched: `
    SELECT toDate(f.raised_at) AS day, max(f.received_at) AS at
    FROM flags AS f WHERE f.received_at >= {since:DateTime64(9, 'UTC')} GROUP BY day`,
  everyDay: 'SELECT toDate(f.raised_at) AS day, max(f.received_at) AS at FROM flags AS f GROUP BY day',
  groups: `
    SELECT f.control AS control, f.severity AS severity, f.workflow AS workflow, f.owner AS owner, f.team AS team,
      count() AS flags, countIf(f.state = 'open') AS open_flags, countIf(f.state = 'acknowledged') AS acknowledged,
      countIf(f.state = 'resolved') AS resolved, countIf(f.state = 'cleared') AS cleared
    FROM (
      SELECT flag_id, min(raised_at) AS raised, argMax(control, o) AS control, argMax(severity, o) AS severity,
        argMax(workflow, o) AS workflow, argMax(owner, o) AS owner, argMax(team, o) AS team, argMax(state, o) AS state
      FROM (SELECT *, (at, received_at) AS o FROM flags) WHERE flag_id IN (${FLAGS}) GROUP BY flag_id) AS f
    WHERE toDate(f.raised) = {day:Date}
    GROUP BY ALL`,
  lastReceived: `SELECT max(received_at) AS at FROM flags WHERE flag_id IN (${FLAGS})`,
};
