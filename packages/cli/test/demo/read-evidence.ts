import { z } from 'zod';
import type { Api } from '../../src/demo/api.ts';

const text = z.string().nullish();

const toolCall = z.object({
  call_id: z.string(),
  tool: z.string(),
  verdict: text,
  reason: text,
  enforcement: text,
  outcome: text,
});
type ToolCall = z.output<typeof toolCall>;

const evidence = z.object({
  run: z.object({ status: z.string(), owner: z.string(), initiator: z.string() }),
  timeline: z.array(
    z.object({
      kind: z.string(),
      source: z.string(),
      actor: text,
      call_id: text,
      model: text,
      reason: text,
      detail: z.record(z.string(), z.json()).nullish(),
    }),
  ),
  model_calls: z.array(z.object({ counted: z.boolean(), cost_usd: text })),
  tool_calls: z.array(toolCall),
  cost: z.object({ usd: text, calls: z.number(), unpriced_calls: z.number() }),
  chain: z.object({ whole: z.boolean(), findings: z.array(z.json()) }),
});
export type Evidence = z.output<typeof evidence>;

export function readEvidence(api: Api, runId: string): Promise<Evidence> {
  return api.get(`/v1/runs/${runId}/evidence`, evidence);
}

/** A decimal amount without the zeros that a fixed scale puts behind it. */
export function plain(amount: string | null | undefined): string {
  return (amount ?? '0').replace(/(\.\d*?)0+$/, '$1').replace(/\.$/, '');
}

/** One line a tool call, in order of the first word about it: what was said last is how it stands. */
export function callsOf({ tool_calls }: Evidence) {
  const calls = new Map<string, ToolCall>();
  for (const each of tool_calls) {
    const before = calls.get(each.call_id);
    calls.set(each.call_id, before === undefined ? each : { ...before, ...said(each) });
  }
  return [...calls.values()].map(({ tool, verdict, enforcement, outcome }) => ({
    tool,
    verdict: verdict ?? '',
    enforcement: enforcement ?? '',
    outcome: outcome ?? '',
  }));
}

function said(call: ToolCall): Partial<ToolCall> {
  return Object.fromEntries(Object.entries(call).filter(([, value]) => value !== null && value !== ''));
}
