import type { Requirements } from '@tollgate/contract';
import { z } from 'zod';
import type { Finding, JudgeContext, RegisteredRun } from './control.ts';

/** Nanoseconds since 1970, which ClickHouse sends as a decimal string. */
export const nanoseconds = z.coerce.bigint();

/** What every row about a run says of it: claims by the agent, except for `since`. */
export const claimed = {
  run_id: z.string(),
  workflow: z.string(),
  policy_version: z.string(),
  owner: z.string(),
  team: z.string(),
  /** When the store received it. */
  since: nanoseconds,
} as const;

const claimedRow = z.object(claimed);
export type ClaimedRow = z.output<typeof claimedRow>;

/** Of rows with the same key, the one that the store received first, in whatever order they come. */
export function firstOf<Row extends ClaimedRow>(rows: readonly Row[], keyOf: (row: Row) => string): Row[] {
  const first = new Map<string, Row>();
  for (const row of rows) {
    const key = `${row.run_id}:${keyOf(row)}`;
    const known = first.get(key);
    if (known === undefined || isEarlier(row, known)) first.set(key, row);
  }
  return [...first.values()];
}

/** What one insert brought has one time. */
const isEarlier = (a: ClaimedRow, b: ClaimedRow) =>
  a.since < b.since || (a.since === b.since && claimsOf(a) < claimsOf(b));

const claimsOf = ({ workflow, policy_version, owner, team }: ClaimedRow) =>
  JSON.stringify([workflow, policy_version, owner, team]);

/** The policy that a run is judged by: the one it was registered with, else the one its records claim. */
export function policyOf(row: ClaimedRow, context: JudgeContext): Requirements | undefined {
  const run = registrationOf(row, context);
  return context.policies.at(run?.workflow ?? row.workflow, run?.policy_version ?? row.policy_version);
}

/**
 * Whom and what a finding about a row is about. The service's own words go before the agent's, unless they are about another team; what
 * nobody registered is of the team whose keys sent it.
 */
export function about(
  row: ClaimedRow,
  context: JudgeContext,
): Pick<Finding, 'scope' | 'run_id' | 'workflow' | 'owner' | 'team' | 'since'> {
  const { run_id, since } = row;
  const run = registrationOf(row, context);
  const workflow = run?.workflow ?? row.workflow;
  const policy = policyOf(row, context) ?? context.policies.inForce(workflow, since);
  return {
    scope: run_id,
    run_id,
    workflow,
    owner: run?.owner ?? policy?.owner.email ?? row.owner,
    team: run?.team ?? policy?.team ?? context.senderTeam(run_id) ?? row.team,
    since,
  };
}

/**
 * The registration that a row is judged by. A run that was registered late may have somebody else's evidence: a row that claims a workflow
 * of another team than the one that registered it stays that team's. A key speaks for workflows of its team alone.
 */
function registrationOf(
  { run_id, workflow, since }: ClaimedRow,
  context: JudgeContext,
): RegisteredRun | undefined {
  const run = context.run(run_id);
  if (run?.late !== true || workflow === run.workflow) return run;
  const claimed = context.policies.inForce(workflow, since);
  return claimed === undefined || claimed.team === run.team ? run : undefined;
}

/**
 * Whether a principal sent something of a run that is not its own. Without a principal it came past a collector that knows keys, which is
 * for its configuration to mend.
 */
export function isForeign(
  { run_id, principal }: { readonly run_id: string; readonly principal: string },
  context: JudgeContext,
): boolean {
  const run = context.run(run_id);
  return run !== undefined && principal !== '' && principal !== run.principal;
}
