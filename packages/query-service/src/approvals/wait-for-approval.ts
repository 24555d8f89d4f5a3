import { type ApprovalStatus, TollgateError } from '@tollgate/contract';
import type { Deps } from '../deps.ts';
import type { AgentIdentity } from '../identity/identity.ts';
import { statusOf, topicOf } from './approval.ts';
import { approvalForAgent } from './consume-grant.ts';

/** Polls that began together end this share of their time apart, or a thousand that wait would come back at once. */
const SPREAD = 0.3;

const WITHOUT = 'Ask with wait_seconds=0.';

/**
 * Where an approval stands: at once when it is settled, else as soon as it changes, the time is over, or the place is needed by a
 * principal that has fewer.
 * @throws TollgateError `too_many_requests` where all places are taken, and nobody has more of them than this principal would
 */
export async function waitForApproval(
  { control, clock }: Pick<Deps, 'control' | 'clock'>,
  agent: AgentIdentity,
  approval_id: string,
  { wait_seconds, signal }: { wait_seconds: number; signal: AbortSignal },
): Promise<ApprovalStatus> {
  const read = async () => {
    const approval = await approvalForAgent(control.db, agent, approval_id);
    return statusOf(control.db, approval, clock());
  };
  if (wait_seconds === 0) return read();
  const listener = control.signals.listen(topicOf(approval_id), agent.name);
  if (listener === undefined)
    throw new TollgateError('too_many_requests', `${agent.name} has its share of all places. ${WITHOUT}`);
  const until = performance.now() + wait_seconds * 1000 * (1 - Math.random() * SPREAD);
  try {
    for (;;) {
      const status = await read();
      const left = until - performance.now();
      if (status.state !== 'waiting' || left <= 0 || signal.aborted || listener.ended) return status;
      const expiry = Date.parse(status.expires_at) - Number(clock() / 1_000_000n);
      await listener.wait(Math.max(1, Math.min(left, expiry + 1)), signal);
    }
  } finally {
    listener.stop();
  }
}
