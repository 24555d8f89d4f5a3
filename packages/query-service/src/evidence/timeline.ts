import { parseRecord } from '@tollgate/contract';
import { z } from 'zod';
import { isoTime } from '../state/time.ts';
import type { StoredRecord } from './records.ts';

const text = z.string().nullable();

/** One record in a run's timeline. What `source: agent` says is a claim by `principal`. */
export const timelineEntry = z.object({
  time: z.iso.datetime(),
  kind: z.string(),
  source: z.enum(['agent', 'service']),
  principal: text,
  writer: z.string(),
  seq: z.number(),
  actor: text,
  action: text,
  action_class: z.number().nullable(),
  tool: text,
  call_id: text,
  model: text,
  verdict: text,
  reason: text,
  enforcement: text,
  outcome: text,
  approval_id: text,
  rollback_note: text,
  final_status: text,
  /** Decimal US dollars; null where the record has no cost, or the call is unpriced. */
  cost_usd: text,
  detail: z.record(z.string(), z.json()).nullable(),
  /** Field → content; only where it was asked for and is there. */
  content: z.record(z.string(), z.json()).optional(),
  /** The record, byte for byte. */
  record: z.string(),
  /** SHA-256 of its bytes. */
  hash: z.string(),
});
type TimelineEntry = z.output<typeof timelineEntry>;

/** A stored record as an entry. What does not parse is shown as `malformed`, with why. Pure. */
export function timelineEntryOf(stored: StoredRecord): TimelineEntry {
  const parsed = parseRecord(stored.text);
  const record = typeof parsed === 'string' ? undefined : parsed;
  return {
    time: isoTime(stored.time),
    kind: record?.kind ?? 'malformed',
    source: stored.source,
    principal: stored.source === 'agent' ? stored.principal : null,
    writer: stored.writer,
    seq: stored.seq,
    actor: record?.actor ?? null,
    action: record?.action ?? null,
    action_class: record?.action_class ?? null,
    tool: record?.tool ?? null,
    call_id: record?.call_id ?? null,
    model: record?.model ?? null,
    verdict: record?.verdict ?? null,
    reason: record?.reason ?? null,
    enforcement: record?.enforcement ?? null,
    outcome: record?.outcome ?? null,
    approval_id: record?.approval_id ?? null,
    rollback_note: record?.rollback_note ?? null,
    final_status: record?.final_status ?? null,
    cost_usd: record?.cost?.usd ?? null,
    detail: typeof parsed === 'string' ? { problem: parsed } : (parsed.detail ?? null),
    record: stored.text,
    hash: stored.hash,
  };
}
