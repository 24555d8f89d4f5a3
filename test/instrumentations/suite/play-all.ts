import type { SetUp } from '../set-ups/set-up.ts';
import { type Cell, judge } from './judge.ts';
import { type Interpreters, type Played, play } from './play.ts';
import { readReports, watchReports } from './read.ts';
import { openRig } from './rig.ts';
import { readSeen, type Seen } from './seen.ts';

export interface Results {
  readonly cells: readonly Cell[];
  readonly seen: readonly Seen[];
}

/** All set-ups against one provider, collector and store, `atOnce` programs at the same time. */
export async function playAll(
  setUps: readonly SetUp[],
  interpreters: Interpreters,
  { atOnce = 2, ended = () => undefined }: { atOnce?: number; ended?: (setUp: SetUp) => void } = {},
): Promise<Results> {
  const rig = await openRig();
  try {
    await watchReports(rig);
    const played: Played[] = [];
    const waiting = [...setUps];
    const worker = async () => {
      for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
        played.push(...(await play(next, rig, interpreters)));
        ended(next);
      }
    };
    await Promise.all(Array.from({ length: atOnce }, worker));
    const reports = await readReports(rig);
    const cells = played.map(({ setUp, scenario, run }) => judge(setUp, scenario, reports.get(run) ?? []));
    return { cells, seen: await readSeen(rig, setUps, cells) };
  } finally {
    await rig.close();
  }
}
