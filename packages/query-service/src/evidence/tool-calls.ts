import { z } from 'zod';
import { isoTime } from '../state/time.ts';
import type { StoredRecord } from './records.ts';

const text = z.string();

export const toolCallAnswer = z.object({
  call_id: text,
  tool: text,
  action: text,
  action_class: z.number().nullable(),
  verdict: text,
  reason: text,
  enforcement: text,
  outcome: text,
  approval_id: text,
  rollback_note: text,
  principal: text,
  start: z.iso.datetime(),
});
export type ToolCallAnswer = z.output<typeof toolCallAnswer>;

/** Kinds of records about a tool call (`tool_calls_mv`). */
const KINDS: ReadonlySet<string> = new Set(['gate_decided', 'tool_finished', 'tool_called']);

/**
 * The tool calls of a run, one each: what a later record says of a call goes before what an earlier one said. A refused
 * model call is decided by the gate as well, and has no tool. What the table `tool_calls` says, from the records themselves. Pure.
 */
export function toolCallsOf(records: readonly StoredRecord[]): readonly ToolCallAnswer[] {
  const said = records
    .filter(({ source, kind }) => source === 'agent' && KINDS.has(kind))
    .sort((a, b) => Number(a.start - b.start));
  return mergeCalls(said.map(saidOf).filter(({ tool }) => tool !== ''));
}

/** What a record says of a call; nothing of it need be what it should be. */
function saidOf({ text: record, principal, start }: StoredRecord): ToolCallAnswer {
  const facts = objectOf(record);
  const of = (name: string) => textOf(facts[name]);
  const claimed = Number(facts['action_class']);
  return {
    ...{ call_id: of('call_id'), tool: of('tool'), action: of('action') },
    action_class: [1, 2, 3].includes(claimed) ? claimed : null,
    ...{
      verdict: of('verdict'),
      reason: of('reason'),
      enforcement: of('enforcement'),
      outcome: of('outcome'),
    },
    ...{
      approval_id: of('approval_id'),
      rollback_note: of('rollback_note'),
      principal,
      start: isoTime(start),
    },
  };
}

function objectOf(record: string): Readonly<Record<string, unknown>> {
  try {
    return Object(JSON.parse(record));
  } catch {
    return {};
  }
}

const textOf = (value: unknown): string => {
  if (value === undefined || value === null) return '';
  return typeof value === 'string' ? value : JSON.stringify(value);
};

/**
 * Pure. Records come by time; an empty field of a later one leaves the earlier one's. What was executed stays executed: a
 * resumed run that asks for it again is refused (`already_dispatched`), and that changes nothing that happened.
 */
export function mergeCalls(records: readonly ToolCallAnswer[]): readonly ToolCallAnswer[] {
  const calls = new Map<string, ToolCallAnswer>();
  for (const record of records) {
    const key = JSON.stringify([record.call_id, record.tool]);
    const before = calls.get(key);
    if (before === undefined) calls.set(key, record);
    else {
      const said = Object.fromEntries(
        Object.entries(record).filter(([, value]) => value !== '' && value !== null),
      );
      const { enforcement } = before.enforcement === 'executed' ? before : { ...before, ...said };
      calls.set(key, { ...before, ...said, enforcement, start: before.start });
    }
  }
  return [...calls.values()].map(seen);
}

/** Dispatched, and no result seen: its process may still be at it, or nobody will ever know. */
function seen(call: ToolCallAnswer): ToolCallAnswer {
  return call.enforcement === 'executed' && call.outcome === '' ? { ...call, outcome: 'unknown' } : call;
}
