import { CALL_REPORTS, type CallReport, callReport } from './call-reports.ts';
import { defineControl } from './control.ts';
import { exampleCall } from './examples.ts';
import { about, firstOf } from './rows.ts';

const HELD_BACK = ['blocked', 'refused', 'expired'];

const example = (changes: Partial<CallReport> = {}) =>
  exampleCall({
    kind: 'gate_decided',
    enforcement: 'blocked',
    outcome: '',
    reason: 'out_of_scope',
    ...changes,
  });

export const refusedActions = defineControl({
  control: 'refused_actions',
  severity: 'info',
  description: 'Tells the owner what the gate held back: the rule held, and the agent wanted something else.',
  graceSeconds: 0,
  clears: 'the run no longer shows the refusal',
  query: CALL_REPORTS,
  row: callReport,
  judge: (rows, context) => {
    const held = rows.filter(({ enforcement }) => HELD_BACK.includes(enforcement));
    const ofRun = Map.groupBy(held, (each) => `${each.run_id}:${kindOf(each)}`);
    return [...ofRun.values()].flatMap((alike) =>
      firstOf(alike, () => '').map((first) => {
        const { tool, enforcement, reason } = first;
        // Several records of one call count once.
        const calls = new Set(alike.map(({ call_id }) => call_id)).size;
        return {
          ...about(first, context),
          key: kindOf(first),
          summary: `${tool === '' ? 'A model call' : tool} was ${enforcement}${calls > 1 ? ` ${calls} times` : ''}${reason === '' ? '' : ` (${reason})`}.`,
          evidence: { tool, enforcement, reason, calls },
        };
      }),
    );
  },
  examples: {
    passes: [
      { name: 'nothing held back', rows: [] },
      { name: 'a call that ran', rows: [exampleCall()] },
    ],
    fails: [
      {
        name: 'two calls out of scope, one of them on record twice',
        rows: [example(), example(), example({ call_id: 'call-2' })],
      },
    ],
  },
});

/** What the gate held back, by tool and reason. */
const kindOf = ({ tool, enforcement, reason }: CallReport) => `${tool}:${enforcement}:${reason}`;
