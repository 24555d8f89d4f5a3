import { mkdtemp, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { figures, rounded } from '../figures.ts';
import { otlpPoster } from '../ingest/load/post.ts';
import { type House, startHouse } from './house.ts';
import { type PlannedBody, SPANS_PER_RUN, traffic } from './traffic.ts';
import { FlagWatch } from './watch.ts';

export interface FlagsOptions {
  readonly spansPerSecond: number;
  readonly seconds: number;
  /** Over which the spans of one run are spread. */
  readonly runSeconds: number;
}

export interface FlagResults {
  readonly flag_visible_p50_ms: number;
  readonly flag_visible_p99_ms: number;
  /** Of the planted violations, those whose flag came within two minutes. */
  readonly flags_found_share: number;
}

const CONNECTIONS = 16;
const PATIENCE_MS = 120_000;

/** From the acknowledgement of the span that completes a violation until its flag is in the answer of `GET /v1/flags`. */
export async function benchFlags(print: (line: string) => void, options: FlagsOptions): Promise<FlagResults> {
  const directory = await mkdtemp(join(resolve(import.meta.dirname, '../../..'), '.bench-'));
  const runs = Math.ceil((options.spansPerSecond * options.seconds) / SPANS_PER_RUN);
  print(`registering ${runs} runs of ${SPANS_PER_RUN} spans`);
  const house = await startHouse({ directory, runs });
  try {
    return await measure(print, house, options);
  } finally {
    await house.program.end();
    await rm(directory, { recursive: true, force: true });
  }
}

async function measure(
  print: (line: string) => void,
  { ready }: House,
  { spansPerSecond, runSeconds }: FlagsOptions,
): Promise<FlagResults> {
  const { runs, policy_version } = ready;
  const bodies = traffic({ runs, policy_version, spansPerSecond, runSeconds, start: Date.now() });
  const spans = bodies.reduce((sum, each) => sum + each.spans, 0);
  print(`sending ${spans} spans in ${bodies.length} bodies, ${spansPerSecond} spans a second`);
  const watch = new FlagWatch(ready.url, ready.token);
  const acknowledged = await sendOnTime(bodies, ready);
  const planted = [...acknowledged.keys()];
  const deadline = performance.now() + PATIENCE_MS;
  while (planted.some((run) => !watch.seen.has(run)) && performance.now() < deadline) await sleep(100);
  await watch.stop();
  const waits = planted.flatMap((run) => {
    const seen = watch.seen.get(run);
    return seen === undefined ? [] : [seen - (acknowledged.get(run) ?? 0)];
  });
  const { median, p99 } = figures(waits);
  print(
    `${waits.length} of ${planted.length} planted violations were flagged, and ${await watch.others()} flags of other controls`,
  );
  print(
    `flag visible: median ${rounded(median)} ms, p99 ${rounded(p99)} ms, most ${rounded(Math.max(...waits))} ms`,
  );
  return {
    flag_visible_p50_ms: rounded(median),
    flag_visible_p99_ms: rounded(p99),
    flags_found_share: rounded(waits.length / planted.length),
  };
}

/** @returns when the body that completed each violation was acknowledged */
async function sendOnTime(
  bodies: readonly PlannedBody[],
  { otlpUrl, key }: House['ready'],
): Promise<ReadonlyMap<string, number>> {
  const poster = otlpPoster(otlpUrl, key, CONNECTIONS);
  const acknowledged = new Map<string, number>();
  const began = performance.now();
  const send = async ({ bytes, plants }: PlannedBody) => {
    for (;;) {
      const { status, retryAfter } = await poster.post(bytes);
      if (status === 200) break;
      if (status !== 0 && status !== 429 && status !== 503)
        throw new Error(`a body was answered with ${status}`);
      await sleep(retryAfter ?? 100);
    }
    for (const run of plants) acknowledged.set(run, performance.now());
  };
  const sent: Promise<void>[] = [];
  for (const body of bodies) {
    const early = began + body.due - performance.now();
    if (early > 1) await sleep(early);
    sent.push(send(body));
  }
  await Promise.all(sent);
  poster.close();
  return acknowledged;
}
