import { setTimeout as sleep } from 'node:timers/promises';
import type { ServiceProcess } from '../../support/service-process.ts';
import type { Approver } from '../plan/trial.ts';
import { ANA, OLA } from '../workflow.ts';

/** A person's word that the service has confirmed: it may not forget it, whatever dies next. */
export interface Confirmed {
  readonly approvalId: string;
  readonly decision: 'approve' | 'refuse' | 'break_glass';
}

const EVERY_MS = 25;
const LATE_MS = 120;

/** How long after it was first seen a person answers a request, and how; undefined where nobody does. */
const ANSWERS: Readonly<
  Record<Approver, { readonly decision: Confirmed['decision']; readonly afterMs: number } | undefined>
> = {
  approves: { decision: 'approve', afterMs: 0 },
  approves_late: { decision: 'approve', afterMs: LATE_MS },
  refuses: { decision: 'refuse', afterMs: 0 },
  lets_expire: undefined,
  approves_and_it_lapses: { decision: 'approve', afterMs: 0 },
  agent_withdraws: undefined,
  withdrawn_while_approved: { decision: 'approve', afterMs: 50 },
  breaks_glass: { decision: 'break_glass', afterMs: 0 },
};

/** Looks at what waits for as long as the trial lasts, and asks again where the service died on the answer. */
export async function attend(
  service: ServiceProcess,
  approver: Approver,
  isOfTrial: (runId: string) => boolean,
  over: AbortSignal,
): Promise<readonly Confirmed[]> {
  const answer = ANSWERS[approver];
  const firstSeen = new Map<string, number>();
  const confirmed: Confirmed[] = [];
  while (answer !== undefined && !over.aborted) {
    for (const approvalId of await waiting(service, isOfTrial)) {
      const since = firstSeen.get(approvalId) ?? performance.now();
      firstSeen.set(approvalId, since);
      if (performance.now() - since < answer.afterMs) continue;
      if (await decide(service, approvalId, answer.decision))
        confirmed.push({ approvalId, decision: answer.decision });
    }
    await sleep(EVERY_MS, undefined, { signal: over }).catch(() => {});
  }
  return confirmed;
}

async function waiting(
  service: ServiceProcess,
  isOfTrial: (runId: string) => boolean,
): Promise<readonly string[]> {
  if (service.pid === undefined) return [];
  const answer = await service.api(ANA, 'GET', '/v1/approvals?state=waiting').catch(() => ({ items: [] }));
  const items = answer['items'] as readonly { readonly approval_id: string; readonly run_id: string }[];
  return items.filter(({ run_id }) => isOfTrial(run_id)).map(({ approval_id }) => approval_id);
}

/** False where there was no answer, or where the request is over by now. */
async function decide(
  service: ServiceProcess,
  id: string,
  decision: Confirmed['decision'],
): Promise<boolean> {
  const reason = 'fault injection';
  const answer =
    decision === 'break_glass'
      ? service.api(OLA, 'POST', `/v1/approvals/${id}/break-glass`, { reason })
      : service.api(ANA, 'POST', `/v1/approvals/${id}/decision`, { decision, reason });
  return answer.then(
    () => true,
    () => false,
  );
}
