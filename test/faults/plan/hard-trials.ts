import type { GateStep } from '@tollgate/instrumentation';
import type { Place } from './steps.ts';
import type { Strike, Trial } from './trial.ts';

/** The gate asks four times within some 3.4 s, and then refuses. */
const LONGER_THAN_THE_GATE_INSISTS_MS = 6000;

const KILLED_WHILE_IT_ACTS: Strike = {
  victim: 'agent',
  when: { kind: 'step', place: { side: 'gate', actionClass: 3, step: 'tool.ended' }, nth: 1 },
  restart: 'together',
  downMs: 0,
};

/**
 * Trials by hand, of every session. In the first ones the service is away for so long that the call is refused, though its approval is there or is given
 * later. The agent asks once more, a person approves once more, the message goes out, and the agent dies. Whoever goes on with
 * the run must not find the first approval alive, and send it again on that.
 */
export function hardTrials(firstId: number): readonly Trial[] {
  const steps: readonly Place[] = [
    { side: 'service', step: 'approval.request.committed' },
    { side: 'service', step: 'grant.consume.begun' },
  ];
  const ids = ['same', 'other'] as const;
  const cases = steps.flatMap((place) => ids.map((callIds) => ({ place, callIds })));
  const away = cases.map(({ place, callIds }, index): Trial => {
    const id = firstId + index;
    const text = 'Sorry.';
    return {
      id,
      callIds,
      wanted: [{ callId: 'send-1', tool: 'send_reply', args: { ticket: `T-${id}`, text } }],
      parallel: false,
      approver: 'approves',
      strikes: [
        {
          victim: 'service',
          when: { kind: 'step', place, nth: 1 },
          restart: 'together',
          downMs: LONGER_THAN_THE_GATE_INSISTS_MS,
        },
        KILLED_WHILE_IT_ACTS,
      ],
      collectorAway: false,
    };
  });
  const givenUp = (['grant.consumed', 'intent.recorded'] as const).map((step, index) =>
    givenUpAt(step, firstId + away.length + index),
  );
  return [...away, ...givenUp];
}

/** The agent thinks better of it when its grant is used up already: it says so, and nothing happens. */
function givenUpAt(withdrawAt: GateStep, id: number): Trial {
  const args = { ticket: `T-${id}`, text: 'Sorry.' };
  return {
    id,
    callIds: 'same',
    wanted: [{ callId: 'send-1', tool: 'send_reply', args, withdrawAt }],
    parallel: false,
    approver: 'approves',
    strikes: [],
    collectorAway: false,
  };
}
