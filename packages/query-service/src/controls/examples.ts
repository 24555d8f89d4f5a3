import { parseWorkflow, type Requirements, requirements } from '@tollgate/contract';
import type { CallReport } from './call-reports.ts';
import type { JudgeContext, RecordedApproval, RecordedIncident, RegisteredRun } from './control.ts';
import type { RecordRow } from './records.ts';
import type { ClaimedRow } from './rows.ts';

/** What the controls' examples are judged against: one registered workflow, one run of it, a few approvals. */
export const EXAMPLE_RUN = '0198c3a0-0000-7000-8000-000000000001';
/** The process that registered both runs; another resumed the second. */
export const EXAMPLE_WRITER = '0198c3a0-0000-7000-8000-00000000000a';
export const EXAMPLE_RESUMED_RUN = '0198c3a0-0000-7000-8000-000000000004';
export const EXAMPLE_NEXT_WRITER = '0198c3a0-0000-7000-8000-00000000000b';
export const EXAMPLE_WAITING_RUN = '0198c3a0-0000-7000-8000-000000000003';
export const EXAMPLE_TIME = 1_790_000_000_000_000_000n;

const FILE = `
schema: tollgate.workflow/1
workflow: release
owner: {name: Olga Owner, email: olga@example.com}
team: ops
data: [tickets, builds]
actions: [read, update_status, deploy]
risks: [production]
tools:
  - {name: read_ticket, action: read, reads: [tickets]}
  - name: set_status
    action: update_status
    scope: {id: {prefix: "T-"}, status: {one_of: [open, done]}}
    rollback: Set {id} back to its previous status
  - name: deploy
    action: deploy
    reads: [builds]
    scope: {version: any}
    rollback: Deploy the version before
    approval: {approvers: [ada@example.com]}
blocked_tools: [drop_database]
budget: {per_run: "1.00", per_day: "5.00", per_month: "20.00"}
review: {sample_rate: 0.2, deadline: 24h, reviewers: [rita@example.com]}
stops_when: {}
failure: [a release that has to be taken back]
rollback: Deploy the version before
incident: {people: [olga@example.com]}
`;

function examplePolicy(): Requirements {
  const parsed = parseWorkflow(FILE);
  if (parsed.kind === 'invalid') throw new Error(parsed.issues.map(({ message }) => message).join('; '));
  return requirements(parsed.workflow);
}

export const EXAMPLE_POLICY = examplePolicy();

const RUN: RegisteredRun = {
  run_id: EXAMPLE_RUN,
  workflow: EXAMPLE_POLICY.workflow,
  policy_version: EXAMPLE_POLICY.policy_version,
  owner: EXAMPLE_POLICY.owner.email,
  team: EXAMPLE_POLICY.team,
  principal: 'ops-agent',
  initiator: 'ines@example.com',
  writers: [EXAMPLE_WRITER],
  registered_at: EXAMPLE_TIME,
  late: false,
};

const RESUMED_RUN: RegisteredRun = {
  ...RUN,
  run_id: EXAMPLE_RESUMED_RUN,
  writers: [EXAMPLE_WRITER, EXAMPLE_NEXT_WRITER],
};

function approval(approval_id: string, changes: Partial<RecordedApproval> = {}): RecordedApproval {
  const { run_id, workflow, policy_version } = RUN;
  return {
    ...{ approval_id, run_id, workflow, policy_version, tool: 'deploy', call_id: 'call-1' },
    requested_by: 'agent:ops',
    decisions: [{ by: 'ada@example.com', decision: 'approved', position: 2n }],
    consumptions: [{ call_id: 'call-1', position: 3n }],
    ...changes,
  };
}

const APPROVALS: readonly RecordedApproval[] = [
  approval('granted'),
  approval('never-consumed', { consumptions: [] }),
  approval('refused', { decisions: [{ by: 'ada@example.com', decision: 'refused', position: 2n }] }),
  approval('own', { decisions: [{ by: RUN.initiator, decision: 'approved', position: 2n }] }),
  approval('decided-late', { decisions: [{ by: 'ada@example.com', decision: 'approved', position: 9n }] }),
  approval('glass', { decisions: [], glass: { by: RUN.initiator, position: 2n } }),
  approval('glass-late', { decisions: [], glass: { by: RUN.initiator, position: 9n } }),
  approval('for-another-run', { run_id: '0198c3a0-0000-7000-8000-000000000009' }),
];

function incident(changes: Partial<RecordedIncident> = {}): RecordedIncident {
  const due_at = EXAMPLE_TIME + 1000n;
  return {
    ...{ run_id: EXAMPLE_RUN, flag_id: 'flag-1', control: 'approval_matches', due_at, closed: false },
    ...{ webhook: 'hooks.example.com', given_up_at: undefined },
    ...{ delivered_at: EXAMPLE_TIME + 1n, acknowledged_at: EXAMPLE_TIME + 2n },
    ...changes,
  };
}

const LATE = EXAMPLE_TIME + 1001n;
const INCIDENTS: Readonly<Record<string, RecordedIncident>> = {
  'in-time': incident(),
  'no-webhook': incident({ webhook: null, delivered_at: undefined }),
  cleared: incident({ closed: true, delivered_at: undefined, acknowledged_at: undefined }),
  unanswered: incident({ acknowledged_at: undefined }),
  'answered-late': incident({ acknowledged_at: LATE }),
  'not-reached': incident({ delivered_at: undefined }),
  'delivered-late': incident({ delivered_at: LATE }),
  'given-up': incident({
    delivered_at: undefined,
    given_up_at: EXAMPLE_TIME + 5n,
    acknowledged_at: undefined,
  }),
};

export const EXAMPLE_CONTEXT: JudgeContext = {
  now: EXAMPLE_TIME + 1_000_000_000_000n,
  policies: {
    at: (workflow, version) =>
      workflow === RUN.workflow && version === RUN.policy_version ? EXAMPLE_POLICY : undefined,
    inForce: (workflow) => (workflow === RUN.workflow ? EXAMPLE_POLICY : undefined),
  },
  run: (run_id) => [RUN, RESUMED_RUN].find((run) => run.run_id === run_id),
  senderTeam: () => undefined,
  approval: (id) => APPROVALS.find(({ approval_id }) => approval_id === id),
  incident: (notification_id) => INCIDENTS[notification_id],
  waiting: (run_id) => (run_id === EXAMPLE_WAITING_RUN ? 1 : 0),
  ledger: (run_id) => (run_id === EXAMPLE_RESUMED_RUN ? '0.5' : undefined),
  registeredWorkflow: (workflow) => workflow === RUN.workflow,
};

/** What the example run's records claim, all as it should be unless changed. */
export function exampleRow(changes: Partial<ClaimedRow> = {}): ClaimedRow {
  const { run_id, workflow, policy_version, owner, team } = RUN;
  return { run_id, workflow, policy_version, owner, team, since: EXAMPLE_TIME, ...changes };
}

/** A class-2 call of the example run, all as it should be unless changed. */
export function exampleCall(changes: Partial<CallReport> = {}): CallReport {
  return {
    ...exampleRow(),
    principal: 'ops-agent',
    kind: 'tool_finished',
    call_id: 'call-1',
    tool: 'set_status',
    action: 'update_status',
    action_class: 2,
    ...{ enforcement: 'executed', outcome: 'succeeded', reason: '' },
    approval_id: '',
    rollback_note: 'Set T-1 back to open',
    ...changes,
  };
}

/** A record of the example run that says nothing but its kind, unless changed. */
export function exampleRecord(kind: string, changes: Partial<RecordRow> = {}): RecordRow {
  return {
    ...exampleRow(),
    ...{ principal: 'ops-agent', kind, seq: 0, call_id: '', tool: '', action: '', action_class: 0 },
    ...{ enforcement: '', outcome: '', has_outcome: (changes.outcome ?? '') !== '', final_status: '' },
    ...{ approval_id: '', reads: [], handed_to: '', digests: [], has_cost: false },
    ...changes,
  };
}
