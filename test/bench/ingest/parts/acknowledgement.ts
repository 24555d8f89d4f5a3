import { join } from 'node:path';
import { figures, rounded } from '../../figures.ts';
import { SPANS_PER_BODY } from '../load/body.ts';
import type { Rig } from '../rig.ts';
import { BenchStore } from '../store.ts';
import { OTELCOL_VARIANTS, otelcol } from '../systems/otelcol.ts';
import { ours } from '../systems/ours.ts';
import type { System } from '../systems/system.ts';

/** A tenth of a run warms up. */
const WARM_UP = 0.1;

export interface AckOptions {
  readonly seconds: number;
  /** Full loads, spans a second. */
  readonly ours: number;
  readonly durable: number | undefined;
}

/**
 * The time until a body is acknowledged, at half of our full load; ours and the OpenTelemetry Collector with its durable queue in turn.
 * That load may be more than theirs can take at all, so both are also measured at half of theirs.
 * @returns their ratio at half of ours; undefined without the OpenTelemetry Collector
 */
export async function acknowledgement(rig: Rig, options: AckOptions): Promise<number | undefined> {
  const ratio = await compareAt(rig, options.ours / 2, options.seconds, rig.rounds);
  if (options.durable !== undefined) await compareAt(rig, options.durable / 2, options.seconds, 1);
  return ratio;
}

async function compareAt(
  rig: Rig,
  load: number,
  seconds: number,
  rounds: number,
): Promise<number | undefined> {
  const { print, otelcol: binary } = rig;
  const ratios: number[] = [];
  print('');
  print(`at ${Math.round(load)} spans/s`);
  for (let round = 0; round < rounds; round++) {
    const own = await p99(rig, ours, load, seconds);
    if (binary === undefined) continue;
    const theirs = await p99(rig, otelcol(binary, OTELCOL_VARIANTS.durable), load, seconds);
    ratios.push(own / theirs);
  }
  return ratios.length === 0 ? undefined : rounded(figures(ratios).median);
}

/** Milliseconds from when a body was to leave until its 200 was there. */
async function p99(rig: Rig, system: System, load: number, seconds: number): Promise<number> {
  const bodiesPerSecond = load / SPANS_PER_BODY;
  const bodies = Math.min(rig.generator.prepared.bodies, Math.ceil(bodiesPerSecond * seconds));
  const store = await BenchStore.open(join(rig.directory, 'store'));
  const running = await system.start(store);
  try {
    const sent = await running.send(rig.generator, { kind: 'paced', bodiesPerSecond, bodies });
    const warm = sent.latencies.slice(Math.floor(sent.latencies.length * WARM_UP));
    const { median, p99 } = figures(warm);
    await store.waitForBodies(sent.bodies);
    rig.print(
      `${system.name.padEnd(42)}ack median ${rounded(median)} ms, p99 ${rounded(p99)} ms, most ${rounded(Math.max(...warm))} ms; ${bodies} bodies, ${rounded(sent.spans / sent.seconds)} spans/s acknowledged`,
    );
    return p99;
  } finally {
    await running.stop();
    await store.close();
  }
}
