import type { LandingRow } from '@tollgate/collector';
import { type EvidenceRecord, parseRecord, startChain, TOLLGATE, verifyChain } from '@tollgate/contract';

export interface StoredSpan {
  readonly name: string;
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId: string;
  readonly durationNs: bigint;
  readonly attributes: Readonly<Record<string, string>>;
  readonly resource: Readonly<Record<string, string>>;
  readonly record: EvidenceRecord;
  readonly text: string;
}

export function toSpan(row: LandingRow): StoredSpan {
  const attributes = Object.fromEntries(row.spanAttributes);
  const text = attributes[TOLLGATE.record] ?? '';
  const record = parseRecord(text);
  if (typeof record === 'string') throw new Error(`span ${row.spanName} has no evidence record: ${record}`);
  return {
    name: row.spanName,
    traceId: row.traceId,
    spanId: row.spanId,
    parentSpanId: row.parentSpanId,
    durationNs: row.duration,
    attributes,
    resource: Object.fromEntries(row.resourceAttributes),
    record,
    text,
  };
}

/** One run's records, in the order of their chain; throws where the chain is not whole. */
export function chainOf(spans: readonly StoredSpan[], runId: string): readonly StoredSpan[] {
  const mine = spans.filter(({ record }) => record.run_id === runId);
  const [first] = mine;
  if (first === undefined) throw new Error(`no record of run ${runId}`);
  const { writer, policy_version } = first.record;
  const ordered = mine.toSorted((a, b) => a.record.seq - b.record.seq);
  const { findings } = verifyChain(
    startChain(runId, writer, policy_version),
    ordered.map(({ text }) => text),
  );
  if (findings.length > 0) throw new Error(`the chain is not whole: ${JSON.stringify(findings)}`);
  return ordered;
}

/** A record that says what the gate decided; `tool_called` says that and how the call ended. */
export const decides = ({ kind }: Pick<EvidenceRecord, 'kind'>) =>
  kind === 'gate_decided' || kind === 'tool_called';

/** A record that says how a call ended. */
export const ends = ({ kind }: Pick<EvidenceRecord, 'kind'>) =>
  kind === 'tool_finished' || kind === 'tool_called';

/** `tool enforcement reason` of each ruling, and `tool outcome` of each end, in order. */
export function storyOf(records: readonly EvidenceRecord[]): readonly string[] {
  return records.flatMap((record) => {
    const { tool, enforcement, reason, outcome } = record;
    return [
      ...(decides(record) ? [`${tool} ${enforcement} ${reason}`] : []),
      ...(ends(record) ? [`${tool} ${outcome}`] : []),
    ];
  });
}
