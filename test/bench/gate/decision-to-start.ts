import { figures, rounded, shown } from '../figures.ts';
import type { BenchHouse } from './bench-house.ts';
import { ANA, SAM } from './workflow.ts';

const WAITING = 1000;
const DECIDED = 300;

/** From the moment that an approver's decision is sent until the tool starts, while a thousand approvals wait. */
export async function decisionToStart(house: BenchHouse, print: (line: string) => void): Promise<number> {
  const tollgate = await house.start();
  const startedAt = new Map<string, bigint>();
  const send = tollgate.tool({
    name: 'send_reply',
    execute: async (_: { to: string; text: string }, { callId }) =>
      void startedAt.set(callId, process.hrtime.bigint()),
  });
  const stop = new AbortController();
  const fromSent: number[] = [];
  const fromAnswered: number[] = [];
  const initiatorToken = house.service.tokenOf(SAM);
  await tollgate.run({ initiator: SAM, initiatorToken }, async () => {
    const calls = Array.from({ length: WAITING }, (_, index) =>
      send(
        { to: `kim${index}@example.com`, text: 'Sorry.' },
        { callId: `call-${index}`, signal: stop.signal },
      ).catch(() => {}),
    );
    const waiting = await allWaiting(house);
    for (const { approval_id, call_id } of waiting.slice(0, DECIDED)) {
      const sent = process.hrtime.bigint();
      await house.service.api(ANA, 'POST', `/v1/approvals/${approval_id}/decision`, {
        decision: 'approve',
        reason: 'fine',
      });
      const answered = process.hrtime.bigint();
      const started = await until(() => startedAt.get(call_id));
      fromSent.push(Number(started - sent) / 1e6);
      fromAnswered.push(Number(started - answered) / 1e6);
    }
    stop.abort();
    await Promise.all(calls);
  });
  print(`decision to tool start          ${shown(figures(fromSent), 'ms')}, ${WAITING} approvals waiting`);
  print(`  of it after the decision was answered: ${shown(figures(fromAnswered), 'ms')}`);
  return rounded(figures(fromSent).p99);
}

interface WaitingApproval {
  readonly approval_id: string;
  readonly call_id: string;
}

async function allWaiting(house: BenchHouse): Promise<WaitingApproval[]> {
  for (;;) {
    const found: string[] = [];
    let cursor = '';
    do {
      const page = await house.service.api(ANA, 'GET', `/v1/approvals?state=waiting&limit=100${cursor}`);
      for (const { approval_id } of page['items'] as WaitingApproval[]) found.push(approval_id);
      cursor =
        typeof page['next_cursor'] === 'string' ? `&cursor=${encodeURIComponent(page['next_cursor'])}` : '';
    } while (cursor !== '');
    if (found.length < WAITING) {
      await new Promise((resolve) => setTimeout(resolve, 200));
      continue;
    }
    const detailed: WaitingApproval[] = [];
    for (const approval_id of found.slice(0, DECIDED)) {
      const detail = await house.service.api(ANA, 'GET', `/v1/approvals/${approval_id}`);
      detailed.push({ approval_id, call_id: String(detail['call_id']) });
    }
    return detailed;
  }
}

async function until<T>(look: () => T | undefined): Promise<T> {
  for (;;) {
    const seen = look();
    if (seen !== undefined) return seen;
    await new Promise((resolve) => setImmediate(resolve));
  }
}
