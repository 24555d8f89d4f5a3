import * as z from 'zod/mini';
import { count, json, maybe, said, text } from './fields.ts';
import { cost, flag, run } from './shapes.ts';

/** One run's evidence, as `GET /v1/runs/{id}/evidence` answers it. */

export const timelineEntry = z.object({
  time: text,
  kind: text,
  /** Who wrote the record: `agent` (a claim by the key of `principal`) or `service`. */
  source: text,
  principal: said,
  /** Whose chain it is in: a process of the agent, or the service. */
  writer: said,
  actor: said,
  call_id: said,
  tool: said,
  action: said,
  action_class: maybe(count),
  model: said,
  verdict: said,
  reason: said,
  enforcement: said,
  outcome: said,
  approval_id: said,
  rollback_note: said,
  final_status: said,
  cost_usd: said,
  detail: maybe(z.record(text, json)),
  /** Field → content; only where it was asked for and may be read. */
  content: maybe(z.record(text, json)),
  /** The record's exact text. */
  record: said,
  hash: said,
});
export type TimelineEntry = z.output<typeof timelineEntry>;

const modelCall = z.object({
  start: text,
  provider: said,
  model: said,
  operation: said,
  scope_name: said,
  input_tokens: maybe(count),
  output_tokens: maybe(count),
  cache_read_tokens: maybe(count),
  cost_usd: said,
  cost_source: said,
  /** What the price book makes of the call's tokens, also where the provider's own cost counts. */
  local_cost_usd: said,
  unpriced_reason: said,
  /** `unreadable` where the provider reported a cost that cannot be read. */
  cost_note: said,
  counted: z.boolean(),
  why: said,
});
export type ModelCall = z.output<typeof modelCall>;

const toolCall = z.object({
  call_id: text,
  tool: text,
  action: said,
  action_class: maybe(count),
  verdict: said,
  reason: said,
  enforcement: said,
  outcome: said,
  approval_id: said,
  rollback_note: said,
  start: said,
});
export type ToolCall = z.output<typeof toolCall>;

export const evidence = z.object({
  run,
  timeline: z.array(timelineEntry),
  /** True where the run has more records than these. */
  truncated: z._default(z.boolean(), false),
  model_calls: z.array(modelCall),
  tool_calls: z._default(z.array(toolCall), []),
  cost,
  chain: z.object({
    whole: z.boolean(),
    writers: z.array(
      z.object({
        writer: text,
        source: said,
        records: maybe(count),
        /** SHA-256 of the last record. */
        head: said,
        whole: z._default(z.boolean(), true),
        /** False where no seal says how many records it wrote. */
        end_proven: z._default(z.boolean(), true),
      }),
    ),
    findings: z.array(z.object({ writer: said, problem: text })),
    /** What nobody can say from the records alone; no sign of tampering. */
    unproven: z._default(z.array(z.object({ writer: text, why: text })), []),
  }),
  flags: z.array(flag),
});
export type Evidence = z.output<typeof evidence>;
