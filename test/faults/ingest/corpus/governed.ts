import { appendRecord, type RecordFields, startChain, TOLLGATE } from '@tollgate/contract';
import { uuid } from '../../../conformance/corpus/ids.ts';
import type { SpanFact } from './story.ts';
import { spanOf, type Telling } from './telling.ts';

/** The one workflow that both keys may speak for. */
export const WORKFLOW = 'triage';
const POLICY = `sha256:${'ab'.repeat(32)}`;
const COMMON = { workflow: WORKFLOW, policy_version: POLICY, owner: 'ola@example.com', team: 'support' };

const STEPS: readonly Omit<RecordFields, keyof typeof COMMON | 'time'>[] = [
  { kind: 'run_started' },
  { kind: 'gate_decided', tool: 'send_reply', call_id: 'call-1', action_class: 2, verdict: 'allow' },
  { kind: 'tool_finished', tool: 'send_reply', call_id: 'call-1', action_class: 2, outcome: 'succeeded' },
  { kind: 'run_sealed', final_status: 'completed' },
];

/** A governed run, one chained record a span. */
export function governedSpans(telling: Telling): SpanFact[] {
  const run = uuid(`run ${telling.name}`);
  let chain = startChain(run, uuid(`writer ${telling.name}`), POLICY);
  return STEPS.map((step, index) => {
    const start = telling.start + BigInt(index);
    const { text, next } = appendRecord(chain, { ...COMMON, ...step, time: String(start) });
    chain = next;
    return spanOf(telling, `step ${index}`, {
      name: `${step.kind} ${WORKFLOW}`,
      scope: '@tollgate/instrumentation',
      start,
      attributes: [
        [TOLLGATE.record, text],
        [TOLLGATE.runId, run],
        [TOLLGATE.workflow, WORKFLOW],
      ],
      fate: { kind: 'stored', record: text, report: false, toolCall: step.tool !== undefined },
    });
  });
}
