import { pick, quoted } from './literal.ts';
import { CALLS_OF_RUN, type Stage } from './plan.ts';
import { principalOf, WORKFLOWS } from './workflows.ts';

/** What is wrong with a run, and the control that is to find it. */
export const VIOLATIONS = {
  unapproved: 'approval_matches',
  unsealed: 'final_status_present',
  no_rollback_note: 'rollback_note_present',
  unlisted_tool: 'tool_listed',
} as const;
export type Violation = keyof typeof VIOLATIONS;
const KINDS = Object.keys(VIOLATIONS) as readonly Violation[];

/** One run in so many violates something. */
export const RUNS_PER_VIOLATION = 20;
const VIOLATING = 7;

/** The violation of a run by its number; `undefined` for most. */
export const violationOf = (run: number): Violation | undefined =>
  run % RUNS_PER_VIOLATION === VIOLATING
    ? KINDS[Math.floor(run / RUNS_PER_VIOLATION) % KINDS.length]
    : undefined;

/** A UUID of version 4 or 7 from 32 hexadecimal digits, of which the first twelve may be a time. */
const uuid = (digits: string, version: number, head = `substring(${digits}, 1, 12)`) =>
  `concat(substring(${head}, 1, 8), '-', substring(${head}, 9, 4), '-${version}', substring(${digits}, 13, 3), '-8',
    substring(${digits}, 16, 3), '-', substring(${digits}, 19, 12))`;

const digits = (what: string) => `lower(hex(sipHash128(r, '${what}')))`;
const time = `leftPad(lower(hex(toUInt64(intDiv(start_ns, 1000000)))), 12, '0')`;
const chosen = (values: readonly string[]) => pick(values, 'w');

/**
 * Runs of a stage, one row each: who they are and what they will do.
 * @param versions the registered policy version of each workflow
 */
export function runsSql(stage: Stage, versions: ReadonlyMap<string, string>): string {
  return `
  SELECT r, start_ns, ${CALLS_OF_RUN} AS calls,
    if(r % ${RUNS_PER_VIOLATION} = ${VIOLATING}, ${pick(KINDS, `intDiv(r, ${RUNS_PER_VIOLATION})`)}, '') AS violation,
    r % 4 = 1 AS refused,
    violation != 'unsealed' AS sealed,
    multiIf(NOT sealed, '', refused, 'refused', r % 17 = 3, 'failed', 'completed') AS final_status,
    cityHash64(r, 'workflow') % ${WORKFLOWS.length} AS w,
    ${chosen(WORKFLOWS.map(({ workflow }) => workflow))} AS workflow,
    ${chosen(WORKFLOWS.map(({ workflow }) => versions.get(workflow) ?? ''))} AS policy_version,
    ${chosen(WORKFLOWS.map(({ owner }) => owner))} AS owner,
    ${chosen(WORKFLOWS.map(({ team }) => team))} AS team,
    ${chosen(WORKFLOWS.map(({ team }) => principalOf(team)))} AS principal,
    ${uuid(digits('run'), 7, time)} AS run_id,
    ${uuid(digits('writer'), 4)} AS writer,
    ${digits('trace')} AS trace_id
  FROM (
    SELECT number AS r, toInt64(${stage.first}) + toInt64(number - ${stage.from}) * toInt64(${stage.step}) AS start_ns
    FROM numbers(${stage.from}, ${stage.runs}))`;
}

export const SCHEMA = quoted('tollgate.record/1');
