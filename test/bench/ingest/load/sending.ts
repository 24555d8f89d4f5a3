import { setTimeout as sleep } from 'node:timers/promises';
import type { Pace, Sent } from './messages.ts';
import type { Answer } from './post.ts';

const PATIENCE_MS = 60_000;

type Post = (body: Buffer) => Promise<Answer>;

/** What is counted while bodies are sent. */
class Tally {
  readonly startedAt = performance.now();
  readonly answers: Record<string, number> = {};
  readonly latencies: number[] = [];
  private readonly spansPerBody: number;
  private lastAt = this.startedAt;

  constructor(spansPerBody: number) {
    this.spansPerBody = spansPerBody;
  }

  /** @returns whether the body was acknowledged @throws Error for an answer after which nobody would send again */
  note({ status }: Answer, leftAt: number): boolean {
    const name = status === 0 ? 'none' : String(status);
    this.answers[name] = (this.answers[name] ?? 0) + 1;
    if (status !== 200 && status !== 0 && status !== 429 && status !== 503)
      throw new Error(`a body was answered with ${status}`);
    if (status !== 200) return false;
    const now = performance.now();
    this.lastAt = now;
    this.latencies.push(now - leftAt);
    return true;
  }

  /** @throws Error when nothing has been acknowledged for so long that nothing will be */
  patience(): void {
    if (performance.now() - this.lastAt > PATIENCE_MS)
      throw new Error(`nothing was acknowledged for a minute; answers: ${JSON.stringify(this.answers)}`);
  }

  sent(): Sent {
    const bodies = this.latencies.length;
    return {
      kind: 'sent',
      seconds: (performance.now() - this.startedAt) / 1000,
      bodies,
      spans: bodies * this.spansPerBody,
      answers: this.answers,
      latencies: this.latencies.map((milliseconds) => Math.round(milliseconds * 100) / 100),
    };
  }
}

export async function sendAt(
  pace: Pace,
  bodies: readonly Buffer[],
  spansPerBody: number,
  post: Post,
): Promise<Sent> {
  const tally = new Tally(spansPerBody);
  if (pace.kind === 'full') await sendFully(bodies, pace.connections, post, tally);
  else if (pace.kind === 'paced') await sendPaced(bodies, pace, post, tally);
  else await overload(bodies, pace, post, tally);
  return tally.sent();
}

/** As a client does that was refused: again after as long as it was told to wait. */
async function untilAcknowledged(body: Buffer, post: Post, tally: Tally, leftAt: number): Promise<void> {
  for (;;) {
    const answer = await post(body);
    if (tally.note(answer, leftAt)) return;
    tally.patience();
    await sleep(answer.retryAfter ?? 100);
  }
}

async function sendFully(
  bodies: readonly Buffer[],
  connections: number,
  post: Post,
  tally: Tally,
): Promise<void> {
  const queue = bodies.values();
  const connection = async () => {
    for (const body of queue) await untilAcknowledged(body, post, tally, performance.now());
  };
  await Promise.all(Array.from({ length: connections }, connection));
}

async function sendPaced(
  all: readonly Buffer[],
  { bodiesPerSecond, bodies }: Extract<Pace, { kind: 'paced' }>,
  post: Post,
  tally: Tally,
): Promise<void> {
  const answered: Promise<void>[] = [];
  for (const [index, body] of all.slice(0, bodies).entries()) {
    const due = tally.startedAt + (index * 1000) / bodiesPerSecond;
    const early = due - performance.now();
    if (early > 1) await sleep(early);
    answered.push(untilAcknowledged(body, post, tally, due));
  }
  await Promise.all(answered);
}

/** Beyond so many requests in flight the generator itself is at its limit: that turn is left out. */
async function overload(
  bodies: readonly Buffer[],
  { bodiesPerSecond, seconds, connections }: Extract<Pace, { kind: 'overload' }>,
  post: Post,
  tally: Tally,
): Promise<void> {
  const waiting = [...bodies];
  const inFlight = new Set<Promise<void>>();
  const offer = async (body: Buffer) => {
    const leftAt = performance.now();
    if (!tally.note(await post(body), leftAt)) waiting.push(body);
  };
  for (let turn = 0; ; turn++) {
    const due = (turn * 1000) / bodiesPerSecond;
    const now = performance.now() - tally.startedAt;
    if (now > seconds * 1000) break;
    if (due - now > 1) await sleep(due - now);
    else if (inFlight.size >= connections) await Promise.race(inFlight);
    if (inFlight.size >= connections) continue;
    const body = waiting.shift();
    if (body === undefined) {
      if (inFlight.size === 0) break;
      await Promise.race(inFlight);
      continue;
    }
    const offered = offer(body).finally(() => inFlight.delete(offered));
    inFlight.add(offered);
  }
  await Promise.all(inFlight);
}
