import { type Decision, decide } from '@tollgate/contract';
import type { GovernedRun } from '../run/governed-run.ts';
import type { ServiceState } from '../service/heartbeat.ts';
import type { Call } from './prepare.ts';

/** What policy says of this call now: with the run as it stands, and the service as it was heard within the last second. */
export async function judge(run: GovernedRun, call: Call): Promise<Decision> {
  const { heartbeat } = run.process;
  const state = await heartbeat.fresh();
  if (state.service === 'reachable') await run.registerLate();
  return judgeIn(state, run, call);
}

/** The same where nobody has to be asked first. */
export function judgeAtOnce(run: GovernedRun, call: Call): Decision | undefined {
  const state = run.registration === 'late' ? undefined : run.process.heartbeat.clear();
  return state === undefined ? undefined : judgeIn(state, run, call);
}

function judgeIn(state: ServiceState, run: GovernedRun, call: Call): Decision {
  const { policy } = run.process;
  const registered = run.registration === 'registered';
  const decision = decide(policy, {
    tool: call.tool.name,
    arguments: call.value,
    reads: call.tool.reads,
    hints: call.tool.hints,
    rollback_note: call.rollbackNote,
    run: {
      spent_usd: run.budget.spent(),
      denials: run.denials,
      errors: run.errors,
      suspended: state.last?.suspended ?? false,
    },
    service: registered ? state.service : 'unreachable',
  });
  return decision.verdict === 'deny'
    ? explained(decision, call)
    : (ended(run, call, decision) ??
        foreignPolicy(run, state.last?.policy_version, decision) ??
        badArguments(call, decision) ??
        decision);
}

/** What the tool's own parameters say of the arguments says more than that the scope does not fit them either. */
function explained(decision: Decision, { problem }: Call): Decision {
  const aboutArguments = decision.reason === 'arguments_not_i_json' || decision.reason === 'out_of_scope';
  return aboutArguments && problem !== undefined ? { ...decision, ...problem } : decision;
}

/** A run that is over, or a call that was told to stop, does nothing more. */
function ended(run: GovernedRun, call: Call, decision: Decision): Decision | undefined {
  if (!run.ended && !call.signal.aborted) return undefined;
  return { ...decision, verdict: 'deny', reason: 'run_sealed' };
}

/** The registered policy is the only one that counts: a process that holds another, looser or not, has no say any more. */
function foreignPolicy(
  run: GovernedRun,
  registered: string | undefined,
  decision: Decision,
): Decision | undefined {
  const own = run.process.policy.policy_version;
  if (run.registration !== 'refused' && (registered === undefined || registered === own)) return undefined;
  const expected = `the registered policy ${registered ?? ''}; this process holds ${own}`;
  return { ...decision, verdict: 'deny', reason: 'policy_superseded', field: 'policy_version', expected };
}

function badArguments({ problem }: Call, decision: Decision): Decision | undefined {
  return problem === undefined
    ? undefined
    : { ...decision, verdict: 'deny', reason: 'out_of_scope', ...problem };
}
