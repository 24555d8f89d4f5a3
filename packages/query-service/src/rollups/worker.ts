import type { Deps } from '../deps.ts';
import { judgeInstallation } from '../flags/judge-installation.ts';
import { storeNow } from '../flags/touched-runs.ts';
import { repeat } from '../state/repeat.ts';
import { seconds } from '../state/time.ts';
import { checkDays, type Drift } from './check-days.ts';
import { CONTROL_RESULTS } from './control-results.ts';
import { COSTS } from './costs.ts';
import { passOver } from './pass.ts';
import { pruneVersions } from './prune-versions.ts';

interface Intervals {
  readonly passMs: number;
  readonly checkMs: number;
}

type WorkerDeps = Pick<Deps, 'store' | 'control' | 'clock' | 'logger' | 'settings'>;

const DAY = seconds(86_400);
const ROLLUPS = [COSTS, CONTROL_RESULTS] as const;

/** Rolls up days, compares some of them with their rows and flags a difference. Failed work is logged and repeated. */
export function startRollups(deps: WorkerDeps, { passMs, checkMs }: Intervals): { stop(): Promise<void> } {
  let full = true;
  const pass = async (): Promise<void> => {
    const options = { full, keptFrom: keptFrom(deps, await storeNow(deps)) };
    for (const rollup of ROLLUPS) await passOver(deps, rollup, options);
    full = false;
  };
  const check = async (): Promise<void> => {
    const now = await storeNow(deps);
    const drifts: Drift[] = [];
    for (const rollup of ROLLUPS)
      drifts.push(...(await checkDays(deps, rollup, { sample: 3, keptFrom: keptFrom(deps, now) })));
    if (drifts.length > 0)
      deps.logger.error({ drifts }, 'rolled-up days did not agree with their rows; they were rebuilt');
    // Each time: a process may have ended between finding a difference and flagging it.
    await judgeInstallation(deps);
    for (const rollup of ROLLUPS) await pruneVersions(deps, rollup, now - DAY);
  };
  const running = [
    repeat(pass, passMs, deps.logger, 'rolling up days'),
    repeat(check, checkMs, deps.logger, 'comparison of rolled-up days'),
  ];
  return { stop: async () => void (await Promise.all(running.map((one) => one.stop()))) };
}

/** The first day whose rows are surely all there, today at the latest. Two days are left to the runs that span its midnight. */
export function keptFrom({ settings }: Pick<Deps, 'settings'>, now: bigint): string {
  const first = now - BigInt(Math.max(settings.evidence_days - 2, 0)) * DAY;
  return new Date(Number(first / 1_000_000n)).toISOString().slice(0, 10);
}
