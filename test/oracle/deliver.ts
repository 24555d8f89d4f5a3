import type { LandingRow } from '../../packages/query-service/test/flags/agent.ts';
import type { Rng } from '../support/rng.ts';
import { type Made, makeLender, makeRuns } from './make-runs.ts';
import { bodiesOf, send } from './otlp.ts';
import type { World } from './world.ts';

export function shuffled<T>(items: readonly T[], rng: Rng): T[] {
  return items
    .map((item) => ({ item, at: rng.next() }))
    .sort((a, b) => a.at - b.at)
    .map(({ item }) => item);
}

/** Sends rows in bodies of odd sizes; every tenth body twice, as after a lost answer. */
export async function sendAll(url: string, rows: readonly LandingRow[], rng: Rng): Promise<void> {
  for (let from = 0, size = 0; from < rows.length; from += size) {
    size = 100 + rng.below(400);
    for (const body of bodiesOf(rows.slice(from, from + size))) {
      await send(url, body);
      if (rng.chance(0.1)) await send(url, body);
    }
  }
}

const WAVES = 4;

/**
 * Makes and sends runs in waves, between which everything is evaluated: shuffled over the runs of a wave, every tenth span
 * twice, and some kept back for the wave after it.
 * @returns the runs, and what is still to come when the last wave was sent
 */
export async function deliverRuns(
  world: World,
  runs: number,
  rng: Rng,
): Promise<{ readonly made: readonly Made[]; readonly late: readonly LandingRow[] }> {
  const [lender, foreign] = await makeLender(world);
  const made = [lender];
  let late: readonly LandingRow[] = lender.agent.rows;
  const count = Math.ceil(runs / WAVES);
  for (let wave = 0; wave < WAVES; wave++) {
    const fresh = await makeRuns(world, { first: wave * count, count, foreign, rng });
    const rows = fresh.flatMap(({ agent }) => agent.rows);
    const kept = new Set(rows.filter(() => rng.chance(0.01)));
    const now = rows.filter((each) => !kept.has(each));
    const twice = now.filter(() => rng.chance(0.1));
    await sendAll(world.url, shuffled([...now, ...twice, ...late], rng), rng);
    await world.evaluate({ continuous: true });
    // What waited for a grace is due by the next wave.
    world.later(11n);
    late = [...kept];
    made.push(...fresh);
  }
  return { made, late };
}
