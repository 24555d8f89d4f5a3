import type { Committed } from '../outbox/group.ts';
import type { GovernedRun } from '../run/governed-run.ts';
import type { Ruling } from './entries.ts';
import type { Call } from './prepare.ts';
import { refuseTool } from './refuse.ts';

/** No evidence, no action. @throws ToolRefused */
export async function insist(
  run: GovernedRun,
  call: Call,
  ruling: Ruling,
  written: Committed,
): Promise<void> {
  if (written !== 'written') throw await refuseTool(run, call, { ...ruling, reason: 'evidence_unavailable' });
}
