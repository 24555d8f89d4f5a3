import type { Requirements } from '@tollgate/contract';
import { readAccounts } from '../budgets/accounts.ts';
import { usdOf } from '../budgets/nano.ts';
import type { JudgeContext, PolicyBook, RecordedApproval, RegisteredRun } from '../controls/control.ts';
import type { Deps } from '../deps.ts';
import { recordedIncidents } from '../incidents/recorded-incidents.ts';
import { cachedRequirements } from '../registrations/cached-requirements.ts';
import { resumedWriters } from '../registrations/run-writers.ts';
import { senderTeams } from './sender-teams.ts';
import type { TouchedRun } from './touched-runs.ts';

/**
 * What the service itself recorded about some runs, read from its own state in which the facts became true: an agent
 * can write nothing there, and nothing of it can still be on its way. Whether a run was registered late is told by the store.
 */
export async function judgeContext(
  { control }: Pick<Deps, 'control'>,
  touched: readonly Pick<TouchedRun, 'run_id' | 'late' | 'principals'>[],
  now: bigint,
): Promise<JudgeContext> {
  const run_ids = touched.map(({ run_id }) => run_id);
  const [policies, runs, approvals, ledger, incidents, senders] = [
    await policyBook(control.db),
    await registeredRuns(control.db, touched),
    await recordedApprovals(control.db, run_ids),
    await ledgerOfRuns(control.db, run_ids),
    await recordedIncidents(control, run_ids),
    await senderTeams({ control }, touched),
  ];
  const waiting = Map.groupBy(
    approvals.filter(({ state }) => state === 'waiting'),
    ({ run_id }) => run_id,
  );
  const byId = new Map(approvals.map((approval) => [approval.approval_id, approval]));
  return {
    now,
    policies,
    run: (run_id) => runs.get(run_id),
    senderTeam: (run_id) => senders.get(run_id),
    approval: (approval_id) => byId.get(approval_id),
    incident: (notification_id) => incidents.get(notification_id),
    waiting: (run_id) => waiting.get(run_id)?.length ?? 0,
    ledger: (run_id) => ledger.get(run_id),
    registeredWorkflow: policies.known,
  };
}

type Db = Deps['control']['db'];

interface WholePolicyBook extends PolicyBook {
  readonly known: (workflow: string) => boolean;
  /** By `workflow@policy_version`. */
  readonly all: readonly { readonly key: string; readonly requirements: Requirements }[];
}

/** Every registered version. There are few, and a version never changes. */
export async function policyBook(db: Db): Promise<WholePolicyBook> {
  const current = await db
    .selectFrom('workflows')
    .select(['workflow', 'policy_version', 'registered_at'])
    .execute();
  const versions = await db
    .selectFrom('workflow_versions')
    .select(['workflow', 'policy_version', 'registered_at'])
    .orderBy('registered_at')
    .execute();
  const book = new Map<string, Requirements>();
  for (const version of versions) book.set(keyOf(version), await cachedRequirements(db, version));
  const at: PolicyBook['at'] = (workflow, policy_version) => book.get(keyOf({ workflow, policy_version }));
  return {
    at,
    inForce: (workflow, time) => {
      const now = current.find((each) => each.workflow === workflow);
      if (now === undefined) return undefined;
      const earlier = versions.filter((each) => each.workflow === workflow);
      const version =
        BigInt(now.registered_at) <= time
          ? now
          : (earlier.findLast(({ registered_at }) => BigInt(registered_at) <= time) ?? earlier[0]);
      return version && at(workflow, version.policy_version);
    },
    known: (workflow) => current.some((each) => each.workflow === workflow),
    all: [...book].map(([key, requirements]) => ({ key, requirements })),
  };
}

const keyOf = (version: { workflow: string; policy_version: string }) =>
  `${version.workflow}@${version.policy_version}`;

async function registeredRuns(
  db: Db,
  touched: readonly Pick<TouchedRun, 'run_id' | 'late'>[],
): Promise<Map<string, RegisteredRun>> {
  const run_ids = touched.map(({ run_id }) => run_id);
  const late = new Set(touched.flatMap((run) => (run.late ? [run.run_id] : [])));
  const rows = await db
    .selectFrom('runs')
    .select([
      'run_id',
      'workflow',
      'policy_version',
      'owner',
      'team',
      'principal',
      'initiator',
      'writer',
      'registered_at',
    ])
    .where('run_id', 'in', run_ids)
    .execute();
  const resumed = await resumedWriters(db, run_ids);
  return new Map(
    rows.map(({ writer, ...row }) => [
      row.run_id,
      {
        ...{ ...row, registered_at: BigInt(row.registered_at), late: late.has(row.run_id) },
        writers: [writer, ...(resumed.get(row.run_id) ?? [])],
      },
    ]),
  );
}

async function ledgerOfRuns(db: Db, run_ids: readonly string[]): Promise<ReadonlyMap<string, string>> {
  const accounts = await readAccounts(
    { db },
    run_ids.map((run_id) => `run:${run_id}`),
  );
  return new Map(accounts.map(({ name, spent, reserved }) => [name, usdOf(spent + reserved)]));
}

/** Positions are the times of the service's one clock, which never gives the same time twice. */
async function recordedApprovals(
  db: Db,
  run_ids: readonly string[],
): Promise<(RecordedApproval & { state: string })[]> {
  const rows = await db
    .selectFrom('approvals')
    .leftJoin('grants', 'grants.approval_id', 'approvals.approval_id')
    .select(['approvals.approval_id', 'run_id', 'workflow', 'policy_version', 'tool', 'call_id', 'state'])
    .leftJoin('glass_breaks', 'glass_breaks.approval_id', 'approvals.approval_id')
    .select(['requester', 'grants.consumed_at', 'glass_breaks.email as glass_by', 'broken_at'])
    .where('run_id', 'in', run_ids)
    .execute();
  const decisions = await db
    .selectFrom('approval_decisions')
    .innerJoin('approvals', 'approvals.approval_id', 'approval_decisions.approval_id')
    .select(['approval_decisions.approval_id', 'email', 'decision', 'decided_at'])
    .where('run_id', 'in', run_ids)
    .execute();
  return rows.map(({ requester, consumed_at, glass_by, broken_at, ...row }) => ({
    ...row,
    glass:
      glass_by === null || broken_at === null ? undefined : { by: glass_by, position: BigInt(broken_at) },
    requested_by: requester,
    decisions: decisions
      .filter(({ approval_id }) => approval_id === row.approval_id)
      .map(({ email, decision, decided_at }) => ({
        by: email,
        decision: decision === 'approve' ? ('approved' as const) : ('refused' as const),
        position: BigInt(decided_at),
      })),
    consumptions: consumed_at === null ? [] : [{ call_id: row.call_id, position: BigInt(consumed_at) }],
  }));
}
