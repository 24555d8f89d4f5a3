import { inView, type Sight } from '../runs/sight.ts';
import { CONTROLS } from './catalogue.ts';
import type { Control } from './control.ts';
import { type Population, populationOf } from './population.ts';

/**
 * The units of a population with what each control found of them: control, workflow, team, run_id, unit, at, seen, result, flag_id.
 * Failed: a flag of it that no later evidence has cleared, whatever people have done about it since. Unknown: evidence of it is
 * newer than the last evaluation could judge, a flag of its run is still on its way, or the control could not judge the run. Runs and
 * calls are those that `sight` sees; samples and incidents have a team of their own. A flagged unit is of the population whatever it
 * claims to be, so that nothing leaves it by claiming a lower class or another workflow.
 */
export function unitsQuery(population: Population, sight: Sight): string {
  if (population === 'samples') return SAMPLES;
  return population === 'incidents' ? INCIDENTS : judged(population, sight);
}

export const controlsOf = (population: Population): readonly Control[] =>
  CONTROLS.filter(({ control }) => populationOf(control) === population);

const IN_RANGE = (column: string) =>
  `${column} >= {from:DateTime64(9, 'UTC')} AND ${column} < {to:DateTime64(9, 'UTC')}`;

/** Flags that nothing has cleared. */
const STANDING = (which: string) => `
    SELECT flag_id, argMax(f.control, (f.at, f.received_at)) AS control, argMax(f.run_id, (f.at, f.received_at)) AS run_id,
      argMax(f.workflow, (f.at, f.received_at)) AS workflow, argMax(f.team, (f.at, f.received_at)) AS team,
      argMax(f.state, (f.at, f.received_at)) AS state, argMax(f.evidence, (f.at, f.received_at)) AS evidence, min(f.raised_at) AS raised_at
    FROM flags AS f WHERE ${which} GROUP BY flag_id HAVING state != 'cleared'`;

/**
 * A flag is raised by the service's clock, once its evidence is there; that is dated by the agent's, which may be a day ahead of the
 * store's (more is not stored), and no two clocks agree. What was raised two days before the period is of nothing in it.
 */
const OF_PERIOD = `f.raised_at >= {from:DateTime64(9, 'UTC')} - toIntervalDay(2)`;

/** What stands against each unit; of several flags the one that was raised first. */
const FLAGGED = (unit: string, of = 'run_id IS NOT NULL') => `
  SELECT control, ifNull(run_id, toUUIDOrZero('')) AS run, ${unit} AS unit, argMin(f.flag_id, (raised_at, f.flag_id)) AS flag_id,
    argMin(f.workflow, (raised_at, f.flag_id)) AS workflow, argMin(f.team, (raised_at, f.flag_id)) AS team
  FROM (${STANDING(OF_PERIOD)}) AS f WHERE ${of}
  GROUP BY control, run, unit`;

/** Which controls could not judge a run, of whose calls some may have begun long after that. */
const UNJUDGED = `
  SELECT assumeNotNull(run_id) AS run, groupUniqArrayArray(JSONExtract(f.evidence, 'parts', 'Array(String)')) AS parts
  FROM (${STANDING(`f.control = 'run_judged'`)}) AS f WHERE run_id IS NOT NULL GROUP BY run`;

/** Reports of calls that ran. */
const REPORTS = (where: string) => `
  SELECT t.run_id AS run_id, t.call_id AS call_id, t.workflow AS workflow, t.team AS team, t.start AS start, t.received_at AS received_at,
    (t.workflow, t.policy_version, t.tool, ifNull(t.action_class, 0)) AS said
  FROM tool_calls AS t WHERE (t.enforcement = 'executed' OR t.outcome != '') AND ${where}`;

/** Runs that go over an end of the period: a call of theirs may have begun before it, or be reported after it. */
const OVER_AN_END = `
  SELECT r.run_id FROM runs AS r
  WHERE (r.started_at < {from:DateTime64(9, 'UTC')} AND r.last_at >= {from:DateTime64(9, 'UTC')})
    OR (r.started_at < {to:DateTime64(9, 'UTC')} AND r.last_at >= {to:DateTime64(9, 'UTC')})`;

/** The class that a report counts as, of (what the policy says, what it claims); 0 is neither. */
const CLASS = `(listed, claim) -> multiIf(claim = 3, 3, listed = 0, if(claim = 0, 3, claim), greatest(claim, listed))`;
const LISTED_AS = `{listed:Map(String, UInt8)}[concat(
  if(r.workflow != '', r.workflow, s.1), '@', if(r.policy_version != '', r.policy_version, s.2), '@', s.3)]`;

/**
 * Calls that began to run in the period, with the class that each counts as: a claim can raise what the policy says, never lower it;
 * of neither, class 3; of several reports, the highest. A run that nobody registered may claim several workflows and teams: a call
 * of it is of the greatest, as the run is.
 */
export const callsOf = ({ isOfAll, sees }: Sight): string => `
  SELECT c.run_id AS run, c.call_id AS unit, if(r.workflow != '', r.workflow, c.workflow) AS workflow, if(r.team != '', r.team, c.team) AS team,
    c.at AS at, c.seen AS seen, arrayMax(${CLASS}, arrayMap(s -> ${LISTED_AS}, c.said), c.said.4) AS class
  FROM (
    SELECT run_id, call_id, max(workflow) AS workflow, max(team) AS team, groupUniqArray(said) AS said, min(start) AS at, max(received_at) AS seen
    FROM (${REPORTS(IN_RANGE('t.start'))} UNION ALL ${REPORTS(`NOT (${IN_RANGE('t.start')}) AND t.run_id IN (${OVER_AN_END})`)})
    GROUP BY run_id, call_id HAVING ${IN_RANGE('at')}) AS c
  LEFT JOIN (SELECT run_id, workflow, team, policy_version FROM run_registrations) AS r ON r.run_id = c.run_id
  ${isOfAll ? '' : `WHERE c.run_id IN (SELECT v.run_id FROM runs AS v WHERE ${sees(inView('v'))})`}`;

const runsOf = ({ sees }: Sight): string => `
  SELECT r.run_id AS run, '' AS unit, r.workflow AS workflow, r.team AS team, r.started_at AS at, greatest(r.received_at, r.started_at) AS seen, 0 AS class
  FROM runs AS r WHERE ${IN_RANGE('r.started_at')} AND r.governed AND (${sees(inView('r'))})`;

function judged(population: 'runs' | 'calls', sight: Sight): string {
  const calls = population === 'calls';
  // Names and numbers of this repository.
  const controls = controlsOf(population).map(
    ({ control, classes, graceSeconds }) => `('${control}', [${classes.join(', ')}], ${graceSeconds})`,
  );
  return `
  SELECT u.k.1 AS control, if(f.flag_id != '', f.workflow, u.workflow) AS workflow, if(f.flag_id != '', f.team, u.team) AS team,
    u.run AS run, u.unit AS unit, u.at AS at, f.flag_id AS flag_id,
    multiIf(f.flag_id != '', 'failed',
      u.seen > {evaluated:DateTime64(9, 'UTC')} - toIntervalSecond(u.k.3) OR has({pending:Array(String)}, concat(control, ':', toString(u.run)))
        OR has(n.parts, u.k.1),
      'unknown', 'passed') AS result
  FROM (SELECT *, arrayJoin([${controls.join(', ')}]) AS k FROM (${calls ? callsOf(sight) : runsOf(sight)})) AS u
  LEFT JOIN (${FLAGGED(calls ? `JSONExtractString(evidence, 'call_id')` : `''`)}) AS f
    ON f.control = u.k.1 AND f.run = u.run AND f.unit = u.unit
  LEFT JOIN (${UNJUDGED}) AS n ON n.run = u.run
  WHERE ${calls ? `has(u.k.2, u.class) OR f.flag_id != ''` : '1'}`;
}

/** Reviewed in time, reviewed late or never, or not due yet. */
const SAMPLES = `
  SELECT 'unreviewed_sample' AS control, s.workflow AS workflow, s.team AS team, s.run_id AS run, s.sample_id AS unit, s.sampled_at AS at,
    '' AS flag_id,
    multiIf(v.reviews > 0, if(v.first <= s.due_at, 'passed', 'failed'), s.due_at < {now:DateTime64(9, 'UTC')}, 'failed', 'unknown') AS result
  FROM samples AS s
  LEFT JOIN (SELECT sample_id, count() AS reviews, min(reviewed_at) AS first FROM reviews GROUP BY sample_id) AS v ON v.sample_id = s.sample_id
  WHERE ${IN_RANGE('s.sampled_at')}`;

/** Told and acknowledged in time, or not, or not due yet. The flag of an incident is of whatever run the incident is. */
const INCIDENTS = `
  SELECT 'incident_path_reached' AS control, s.workflow AS workflow, s.team AS team, s.run_id AS run, s.notification AS unit, s.time AS at,
    f.flag_id AS flag_id,
    multiIf(f.flag_id != '', 'failed',
      s.due >= {evaluated:DateTime64(9, 'UTC')} OR arrayExists(p -> startsWith(p, 'incident_path_reached:'), {pending:Array(String)}),
      'unknown', 'passed') AS result
  FROM (
    SELECT workflow, team, run_id, time, JSONExtractString(record, 'detail', 'notification_id') AS notification,
      fromUnixTimestamp64Nano(toInt64OrZero(JSONExtractString(record, 'detail', 'due_at')), 'UTC') AS due
    FROM service_records WHERE kind = 'incident_opened' AND ${IN_RANGE('time')}) AS s
  LEFT JOIN (${FLAGGED(`JSONExtractString(evidence, 'notification_id')`, `control = 'incident_path_reached'`)}) AS f ON f.unit = s.notification`;
