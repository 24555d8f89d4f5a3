import {
  CALL_REPORTS,
  type CallReport,
  callReport,
  callText,
  dispatched,
  effectiveClass,
} from './call-reports.ts';
import { defineControl, type Finding, type JudgeContext, type RecordedApproval } from './control.ts';
import { exampleCall } from './examples.ts';
import { about } from './rows.ts';

const example = (changes: Partial<CallReport> = {}) =>
  exampleCall({ tool: 'deploy', action: 'deploy', action_class: 3, approval_id: 'granted', ...changes });

/**
 * The exact arguments are compared by the service when the grant is consumed: it hashes the canonical bytes that the
 * gate presents into the binding that was approved, and refuses others. So a consumption by this call *is* the match,
 * and this control asks for one; content may be erased without the proof going with it.
 */
export const approvalMatches = defineControl({
  control: 'approval_matches',
  severity: 'critical',
  description:
    'Every class-3 call that ran consumed, once, a grant that the service recorded for this very call, after a person other than the initiator had decided. Order is the service’s order of receipt.',
  graceSeconds: 15,
  clears: 'the service’s own records of the approval have arrived',
  query: CALL_REPORTS,
  row: callReport,
  judge: (rows, context) => {
    const ran = dispatched(rows);
    const times = executions(ran);
    return ran
      .filter((row) => effectiveClass(row, context) === 3)
      .flatMap((row) => finding(row, times.get(grantOf(row)) ?? 0, context));
  },
  examples: {
    passes: [
      { name: 'nobody approved, and a named person broke glass', rows: [example({ approval_id: 'glass' })] },
      { name: 'approved, consumed, executed once', rows: [example({ kind: 'gate_decided' }), example()] },
      { name: 'class 2 needs none', rows: [exampleCall()] },
    ],
    fails: [
      { name: 'no approval', rows: [example({ approval_id: '' })] },
      { name: 'an approval that nobody gave', rows: [example({ approval_id: 'made-up' })] },
      { name: 'a grant that was never consumed', rows: [example({ approval_id: 'never-consumed' })] },
      { name: 'a refused request', rows: [example({ approval_id: 'refused' })] },
      { name: 'approved by the initiator', rows: [example({ approval_id: 'own' })] },
      { name: 'decided after it was consumed', rows: [example({ approval_id: 'decided-late' })] },
      { name: 'approved for another run', rows: [example({ approval_id: 'for-another-run' })] },
      { name: 'approved for another call', rows: [example({ call_id: 'call-2' })] },
      { name: 'approved for another tool', rows: [example({ tool: 'deploy_all' })] },
      { name: 'used twice', rows: [example(), example()] },
      {
        name: 'used twice, once in two records and once in one',
        rows: [example({ kind: 'gate_decided' }), example(), example({ kind: 'tool_called' })],
      },
      { name: 'glass broken after it ran', rows: [example({ approval_id: 'glass-late' })] },
      { name: 'a class below the policy’s', rows: [example({ action_class: 1, approval_id: '' })] },
    ],
  },
});

function finding(row: CallReport, times: number, context: JudgeContext): Finding[] {
  const why = breach(row, context) ?? (times > 1 ? `its grant was used ${times} times` : undefined);
  if (why === undefined) return [];
  return [
    {
      ...about(row, context),
      key: `${row.call_id}:${row.tool}:${row.approval_id}`,
      summary: `A class-3 call ran without a matching approval, because ${why}: ${callText(row)}.`,
      evidence: {
        call_id: row.call_id,
        tool: row.tool,
        claimed_approval: row.approval_id,
        why,
        executions: times,
      },
    },
  ];
}

const grantOf = (row: CallReport) => `${row.run_id}:${row.approval_id}`;

/** How often each grant was executed: the decision and the end of one call are one record or two, of one execution. */
function executions(rows: readonly CallReport[]): ReadonlyMap<string, number> {
  const reports = new Map<string, number>();
  const times = new Map<string, number>();
  for (const row of rows)
    for (const part of row.kind === 'tool_called' ? ['gate_decided', 'tool_finished'] : [row.kind]) {
      const report = `${part}:${grantOf(row)}`;
      const count = (reports.get(report) ?? 0) + 1;
      reports.set(report, count);
      times.set(grantOf(row), Math.max(times.get(grantOf(row)) ?? 0, count));
    }
  return times;
}

/** The first thing that is wrong with the approval of a call, in words. */
function breach(row: CallReport, context: JudgeContext): string | undefined {
  if (row.approval_id === '') return 'it names none';
  const approval = context.approval(row.approval_id);
  if (approval === undefined || approval.run_id !== row.run_id)
    return 'the service recorded no such approval for this run';
  if (approval.tool !== row.tool || approval.call_id !== row.call_id)
    return 'the approval is for another call';
  const run = context.run(row.run_id);
  if (run === undefined) return 'the service never registered the run, so nobody knows who started it';
  if (approval.policy_version !== run.policy_version) return 'it was approved under another policy version';
  return decisionBreach(approval, run.initiator, neededBy(row, context));
}

const neededBy = (row: CallReport, context: JudgeContext): number => {
  const run = context.run(row.run_id);
  const policy = run && context.policies.at(run.workflow, run.policy_version);
  return policy?.approval_gates.find(({ tool }) => tool === row.tool)?.needed ?? 1;
};

function decisionBreach(approval: RecordedApproval, initiator: string, needed: number): string | undefined {
  const [consumption, ...more] = approval.consumptions;
  if (consumption === undefined) return 'its grant was never consumed';
  if (more.length > 0) return 'its grant was consumed more than once';
  if (consumption.call_id !== approval.call_id) return 'its grant was consumed for another call';
  // A grant all the same, and no four eyes: each use is a finding of its own, by break_glass_used.
  if (approval.glass !== undefined && approval.glass.position < consumption.position) return undefined;
  const before = approval.decisions.filter(({ position }) => position < consumption.position);
  if (before.some(({ decision }) => decision === 'refused')) return 'it was refused';
  const people = new Set(before.map(({ by }) => by));
  if (people.has(initiator)) return 'the initiator of the run decided on it';
  if (people.has(approval.requested_by)) return 'its requester decided on it';
  if (people.size < needed)
    return before.length === 0
      ? 'nobody had decided when it ran'
      : `it needs ${needed} approvers and had ${people.size}`;
  return undefined;
}
