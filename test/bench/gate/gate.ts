import { openBenchHouse } from './bench-house.ts';
import { budgetUsableShare } from './budget.ts';
import { class2OverFsync } from './class2-over-fsync.ts';
import { decisionToStart } from './decision-to-start.ts';
import { overSpan } from './over-span.ts';

const PARTS = {
  gate_over_span: overSpan,
  class2_over_fsync: class2OverFsync,
  decision_to_start_p99_ms: decisionToStart,
  budget_usable_share: budgetUsableShare,
} as const;

/** What a gate costs, and how well budgets are kept; see README.md beside this folder. */
export async function benchGate(
  print: (line: string) => void,
  only: string | undefined,
): Promise<Record<string, number>> {
  const results: Record<string, number> = {};
  if (only !== undefined && !Object.hasOwn(PARTS, only))
    throw new Error(`--only takes one of ${Object.keys(PARTS).join(', ')}`);
  for (const [name, part] of Object.entries(PARTS)) {
    if (only !== undefined && only !== name) continue;
    const house = await openBenchHouse();
    try {
      results[name] = await part(house, print);
    } finally {
      await house.close();
    }
  }
  return results;
}
