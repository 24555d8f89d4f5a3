import { type EvidenceRecord, sha256Hex } from '@tollgate/contract';
import { z } from 'zod';
import { ChainMemory } from './chain-memory.ts';

/** The stored records of one run by one writer, in any order; a text that is stored twice is one record. */
interface WriterRecords {
  readonly run_id: string;
  readonly writer: string;
  readonly texts: readonly string[];
}

interface WriterVerdict {
  readonly writer: string;
  readonly records: number;
  /** SHA-256 of the last record. */
  readonly head: string | null;
  /**
   * Whether a seal states how many records this writer wrote. Without one, e.g. of a process that was killed and whose
   * run another went on with, a hole is found, and records missing after the last stored one are not.
   */
  readonly end_proven: boolean;
  /** What is wrong, in words; empty where the chain is whole. */
  readonly problems: readonly string[];
}

/** What `run_sealed` states of each writer of the run: how many records it had written by then, and the last one's hash. */
const seal = z.array(z.object({ writer: z.string(), count: z.int(), head: z.string() }));

/** Verifies every chain of a run, and that they agree with what `run_sealed` states. Pure. */
export function judgeChains(run_id: string, writers: readonly WriterRecords[]): readonly WriterVerdict[] {
  const chains = writers.map((each) => verifyWriter(run_id, each));
  const seals = chains.flatMap(({ parsed }) => parsed.filter(({ kind }) => kind === 'run_sealed'));
  const stated = seals.flatMap((record) => {
    const parsed = seal.safeParse(record.detail?.['writers']);
    return parsed.success ? parsed.data : [];
  });
  return [
    ...chains.map((chain) => ({
      ...chain.verdict,
      end_proven: chain.sealed || stated.some(({ writer }) => writer === chain.verdict.writer),
      problems: [...chain.verdict.problems, ...disagreements(chain, stated)],
    })),
    ...stated
      .filter(({ writer, count }) => count > 0 && !chains.some(({ verdict }) => verdict.writer === writer))
      .map(({ writer, count }) => ({
        ...{ writer, records: 0, head: null, end_proven: true },
        problems: [`the seal states ${count} records of this writer, and none is stored`],
      })),
  ];
}

interface Chain {
  readonly verdict: Omit<WriterVerdict, 'end_proven'>;
  /** Its last record is its own seal. */
  readonly sealed: boolean;
  readonly parsed: readonly EvidenceRecord[];
  readonly texts: readonly string[];
}

const memory = new ChainMemory();

function verifyWriter(run_id: string, { writer, texts: stored }: WriterRecords): Chain {
  const { texts, parsed: all, findings, end } = memory.verify(run_id, writer, stored);
  const parsed = all.flatMap((record) => (typeof record === 'string' ? [] : [record]));
  const problems = [
    ...findings.map(({ index, message }) => `record ${index} ${message}`),
    ...parsed.flatMap(gapIn),
  ];
  return {
    verdict: { writer, records: texts.length, head: texts.length === 0 ? null : end.head, problems },
    sealed: parsed.at(-1)?.kind === 'run_sealed',
    parsed,
    texts,
  };
}

/** A writer that lost records says so itself. */
function gapIn({ kind, seq, detail }: EvidenceRecord): string[] {
  if (kind !== 'evidence_gap') return [];
  const lost = z.int().safeParse(detail?.['lost']);
  return [`record ${seq} says that ${lost.success ? lost.data : 'some'} records before it were lost`];
}

/**
 * What the seals state of this writer and the store does not show. A seal names the writers that its process knew of;
 * another process of the same run, and the service, write on.
 */
function disagreements(chain: Chain, stated: z.output<typeof seal>): string[] {
  return stated
    .filter(({ writer }) => writer === chain.verdict.writer)
    .flatMap(({ count, head }) => {
      if (chain.texts.length < count)
        return [`the seal states ${count} records, and ${chain.texts.length} are stored`];
      const last = chain.texts[count - 1];
      const agrees = last === undefined || sha256Hex(last) === head;
      return agrees ? [] : [`record ${count - 1} is not the one that the seal states`];
    });
}
