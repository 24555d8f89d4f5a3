import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { figures, rounded } from '../../figures.ts';
import { SPANS_PER_BODY } from '../load/body.ts';
import type { Sent } from '../load/messages.ts';
import { memoryMib } from '../measure/process-figures.ts';
import type { Rig } from '../rig.ts';
import { BenchStore } from '../store.ts';
import { ours } from '../systems/ours.ts';

/** More than the collector takes at once by default, so that it has to refuse. */
const CONNECTIONS = 1024;
const TIMES = 10;

/**
 * Ten times the full load, offered by many connections that are refused and come back: does memory stay flat, is accepted
 * traffic served, and is everything that was accepted stored?
 * @param full spans a second @throws Error where something accepted is not stored
 */
export async function overload(rig: Rig, full: number, seconds: number): Promise<void> {
  const { print, generator, directory } = rig;
  const store = await BenchStore.open(join(directory, 'store'));
  const running = await ours.start(store);
  try {
    const memory = watchMemory(running.pid ?? 0);
    const bodiesPerSecond = (TIMES * full) / SPANS_PER_BODY;
    const sent = await running.send(generator, {
      kind: 'overload',
      bodiesPerSecond,
      seconds,
      connections: CONNECTIONS,
    });
    const mib = await memory.stop();
    const start = performance.now();
    await store.waitForBodies(sent.bodies);
    const drained = (performance.now() - start) / 1000;
    const stored = await distinctSpans(store);
    report(sent, { full, seconds }, mib, print);
    print(`  everything stored ${rounded(drained)} s later: accepted ${sent.spans} spans, stored ${stored}`);
    for (const line of await counters(running.metrics)) print(`  ${line}`);
    const unanswered = (sent.answers['none'] ?? 0) * SPANS_PER_BODY;
    if (stored < sent.spans || stored > sent.spans + unanswered)
      throw new Error(`accepted ${sent.spans} spans, stored ${stored}`);
  } finally {
    await running.stop();
    await store.close();
  }
}

interface Asked {
  readonly full: number;
  readonly seconds: number;
}

function report(
  sent: Sent,
  { full, seconds }: Asked,
  mib: readonly number[],
  print: (line: string) => void,
): void {
  const attempts = Object.values(sent.answers).reduce((sum, count) => sum + count, 0);
  const offered = (attempts * SPANS_PER_BODY) / sent.seconds;
  const accepted = sent.spans / sent.seconds;
  const { median, p99 } = figures(sent.latencies);
  const early = sent.seconds < seconds ? ' (then every body that was prepared had been accepted)' : '';
  const answers = Object.entries(sent.answers).map(([answer, count]) => `${answer} ${count}`);
  print('');
  print(
    `overload for ${rounded(sent.seconds)} s${early}: offered ${rounded(offered)} spans/s, ${rounded(offered / full)} times the full load`,
  );
  print(`  answers: ${answers.join(', ')}; accepted ${rounded(accepted)} spans/s`);
  print(`  accepted bodies were acknowledged after: median ${rounded(median)} ms, p99 ${rounded(p99)} ms`);
  print(`  the collector's memory, MiB, at its highest in each tenth of that time: ${tenths(mib).join(' ')}`);
}

function tenths(samples: readonly number[]): number[] {
  return Array.from({ length: 10 }, (_, tenth) =>
    Math.round(
      Math.max(
        0,
        ...samples.slice(
          Math.floor((tenth * samples.length) / 10),
          Math.ceil(((tenth + 1) * samples.length) / 10),
        ),
      ),
    ),
  );
}

function watchMemory(pid: number): { stop(): Promise<readonly number[]> } {
  const samples: number[] = [];
  let watching = true;
  const watch = async () => {
    for (; watching; await sleep(100)) samples.push((await memoryMib(pid)).now);
  };
  const ended = watch();
  return {
    stop: async () => {
      watching = false;
      await ended;
      return samples;
    },
  };
}

async function distinctSpans(store: BenchStore): Promise<number> {
  const [row] = await store.rows<{ n: string }>('SELECT count() AS n FROM tollgate.spans FINAL');
  return Number(row?.n);
}

async function counters(metrics: () => Promise<string>): Promise<string[]> {
  return (await metrics()).split('\n').filter((line) => /^tollgate_collector_(log_)?spans/.test(line));
}
