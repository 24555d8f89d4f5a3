import { type ResumeRequest, type RunRegistration, TollgateError } from '@tollgate/contract';
import type { Deps } from '../deps.ts';
import type { AgentIdentity } from '../identity/identity.ts';
import { timeText } from '../state/time.ts';
import { steppedChange } from '../steps.ts';
import { isSuspended } from './read-workflow.ts';
import { toRegistration } from './register-run.ts';
import { runOfAgent } from './run-of-agent.ts';
import { resumedWriters } from './run-writers.ts';

/**
 * Lets another process go on with a run, e.g. after a crash while an approval waited. It writes a chain of its own; the
 * initiator, and with it four-eyes, stays who it was. The same writer again changes nothing.
 * @throws TollgateError `not_found`, `policy_not_registered`, `workflow_suspended`, `conflict` for the writer that registered
 */
export async function resumeRun(
  { control }: Pick<Deps, 'control'>,
  agent: AgentIdentity,
  run_id: string,
  { workflow, policy_version, writer }: ResumeRequest,
): Promise<RunRegistration> {
  return steppedChange<RunRegistration>(control, 'run.resume', { run_id }, async (change) => {
    const { db, now } = change;
    const { run, current } = await runOfAgent(db, agent, run_id);
    if (run.workflow !== workflow) return new TollgateError('not_found');
    if (run.policy_version !== policy_version || current.policy_version !== policy_version)
      return new TollgateError('policy_not_registered');
    if (await isSuspended(db, workflow)) return new TollgateError('workflow_suspended');
    if (run.writer === writer)
      return new TollgateError('conflict', 'The process that registered the run has that writer.');
    const earlier = (await resumedWriters(db, [run_id])).get(run_id) ?? [];
    if (earlier.includes(writer)) return toRegistration(run);
    await db
      .insertInto('run_writers')
      .values({ run_id, writer, key_id: agent.key_id, resumed_at: timeText(now) })
      .execute();
    const detail = { writer, key_id: agent.key_id, earlier_writers: [run.writer, ...earlier] };
    await change.record(run, { kind: 'run_resumed', actor: agent.name, detail });
    return toRegistration(run);
  });
}
