import { z } from 'zod';
import { judgeChains } from '../controls/chain-verdict.ts';
import type { Conflict } from './conflicts.ts';
import type { StoredRecord } from './records.ts';

export const chainSummary = z.object({
  /** Every writer's chain is unbroken, agrees with the seal, and no span was stored with two contents. */
  whole: z.boolean(),
  writers: z.array(
    z.object({
      writer: z.string(),
      source: z.enum(['agent', 'service']),
      records: z.int(),
      /** SHA-256 of the last record. */
      head: z.string().nullable(),
      whole: z.boolean(),
      /** False where no seal states how many records it wrote: then its end is unproven, not broken. */
      end_proven: z.boolean(),
    }),
  ),
  findings: z.array(z.object({ writer: z.string().nullable(), problem: z.string() })),
  /** What nobody can say from the records alone, in words; no sign of tampering. */
  unproven: z.array(z.object({ writer: z.string(), why: z.string() })),
});
type ChainSummary = z.output<typeof chainSummary>;

const UNPROVEN_END =
  'no seal states how many records this process wrote, so records after its last one could be missing unseen';

/** Verifies the chains of a run over its stored records. Pure. */
export function summariseChain(
  run_id: string,
  records: readonly StoredRecord[],
  conflicts: readonly Conflict[],
): ChainSummary {
  const byWriter = Map.groupBy(records, ({ writer }) => writer);
  const verdicts = judgeChains(
    run_id,
    [...byWriter].map(([writer, stored]) => ({ run_id, writer, texts: stored.map(({ text }) => text) })),
  );
  const findings = [
    ...verdicts.flatMap(({ writer, problems }) => problems.map((problem) => ({ writer, problem }))),
    ...conflicts.map(({ span_id, versions }) => ({
      writer: null,
      problem: `the span ${span_id} was stored with ${versions} different contents`,
    })),
  ];
  return {
    whole: findings.length === 0,
    writers: verdicts.map(({ writer, records: count, head, end_proven, problems }) => ({
      ...{ writer, records: count, head, whole: problems.length === 0, end_proven },
      source: byWriter.get(writer)?.[0]?.source ?? 'agent',
    })),
    findings: findings.slice(0, 200),
    unproven: verdicts
      .filter(({ writer, end_proven }) => !end_proven && byWriter.get(writer)?.[0]?.source === 'agent')
      .map(({ writer }) => ({ writer, why: UNPROVEN_END })),
  };
}
