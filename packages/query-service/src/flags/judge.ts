import { setImmediate as giveWay } from 'node:timers/promises';
import type { Control, JudgeContext } from '../controls/control.ts';
import type { RipeFinding } from './changes.ts';
import type { PageReads } from './page-reads.ts';
import { ripen } from './ripen.ts';

/** What one control says of some runs. */
export interface Judgement {
  readonly control: Control;
  /** Whatever flag of the control in one of these scopes has no finding here is healed. */
  readonly scopes: readonly string[];
  readonly findings: readonly RipeFinding[];
  readonly rechecks: readonly { readonly run_id: string; readonly at: bigint }[];
}

export interface JudgedPage {
  readonly runs: readonly string[];
  readonly reads: PageReads;
  readonly context: JudgeContext;
  /** The service's writer id, which flags are named after. */
  readonly writer: string;
}

/** Reads that are on their way at the same time; the store has other work. */
const READS_AT_ONCE = 4;

/**
 * Asks for what some controls judge, in their order and some at a time, controls that read the same rows once: while one of them
 * judges, what the next ones want is on its way. A read that fails fails the controls that want it, and not this.
 */
export async function readAhead(
  controls: readonly Control[],
  reads: PageReads,
  reads_at_once = READS_AT_ONCE,
): Promise<void> {
  const distinct = new Map(controls.map((control) => [control.query, control])).values();
  const one = async () => {
    for (const control of distinct) await reads.of(control).catch(() => undefined);
  };
  await Promise.all(Array.from({ length: reads_at_once }, one));
}

/** What one control says of a page. */
export async function judge(
  control: Control,
  { runs, reads, context, writer }: JudgedPage,
): Promise<Judgement> {
  const rows = await reads.of(control);
  const { ripe, rechecks } = ripen(control, control.judge(rows, context), context.now, writer);
  // Gates wait for answers of this process: judging gives way to them after each control.
  await giveWay();
  return { control, scopes: [...runs, ...control.scopes(rows)], findings: ripe, rechecks };
}
