import { strict as assert } from 'node:assert';
import { AsyncLocalStorage } from 'node:async_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { type House, OLA, SAM } from '../../../packages/instrumentation/test/support/house.ts';
import type { Scene, Transcript } from '../driver.ts';
import {
  assertAllGated,
  assertExecuted,
  assertNotExecuted,
  enforcements,
  finished,
} from '../support/facts.ts';
import { calls, modelOf, says, tell } from '../support/story.ts';
import { WORKFLOW_NAME } from '../support/workflow.ts';
import { workshop } from '../support/workshop.ts';
import type { Case } from './case.ts';

const KIM = { to: 'kim@example.com', text: 'Sorry.' };
const DONE = { ticket: 'T-1', label: 'done' };
/** The last heartbeat stands for a second; after that, silence means no. */
const SILENCE_MS = 1100;

const suspend = (house: House) =>
  house.api(OLA, 'POST', `/v1/workflows/${WORKFLOW_NAME}/suspend`, { reason: 'too many complaints' });

const suspended: Case = {
  name: 'suspended-stops-the-next-call',
  holds: 'A second after a person suspends the workflow, not even a harmless tool of a running agent runs.',
  from: 'Issue: kill switch; invariant 3',
  async run(driver, house) {
    const { tool, executions } = workshop();
    const suspends = async () => {
      await suspend(house);
      await sleep(1000);
      return 'labelled';
    };
    const told = await tell(driver, house, {
      tools: [tool('set_label', { execute: suspends }), tool('classify')],
      turns: [
        calls(['c1', 'set_label', DONE]),
        calls(['c2', 'classify', { item: 'x' }]),
        calls(['c3', 'set_label', DONE]),
        says('done'),
      ],
      // Where the framework’s model calls are metered, they stop first; the tools are to stop by themselves as well.
      body: async (drive) => {
        const first = await drive();
        const again = await drive({ turns: [calls(['c4', 'classify', { item: 'y' }]), says('done')] });
        return { ...first, results: [...first.results, ...again.results] };
      },
    });
    assertNotExecuted(executions, 'classify');
    assertExecuted(executions, 'set_label', [DONE]);
    assert.equal(told.result.status, 'suspended');
    assert.ok(
      told.records.some(({ reason }) => reason === 'workflow_suspended'),
      'no refusal on record says that the workflow is suspended',
    );
    assertAllGated(told, executions);
  },
};

const suspendedInParallel: Case = {
  name: 'suspended-refuses-the-tool-itself',
  holds:
    'A tool call that the model asked for before the workflow was suspended, and that starts after it, is refused at the tool.',
  from: 'Issue: kill switch; invariant 2',
  async run(driver, house) {
    const { tool, executions } = workshop();
    const told = await tell(driver, house, {
      tools: [tool('send_reply')],
      turns: [calls(['c1', 'send_reply', KIM]), says('done')],
      approver: async () => {
        await suspend(house);
        return { decision: 'approve', reason: 'too late' };
      },
    });
    assert.equal(told.asked.length, 1);
    assertNotExecuted(executions, 'send_reply');
    assert.equal(enforcements(told, 'send_reply').at(-1), 'blocked workflow_suspended');
  },
};

const silent: Case = {
  name: 'silent-service-refuses-class-2-and-3',
  holds:
    'When nobody has heard of the service for a second, class 2 and 3 do not run, and class 1 only where the workflow allows it.',
  from: 'Invariant 3: fail closed',
  async run(driver, house) {
    const { tool, executions } = workshop();
    const goesSilent = async () => {
      house.service.mode = 'cut';
      await sleep(SILENCE_MS);
      return 'bug';
    };
    const told = await tell(driver, house, {
      silence: true,
      tools: [tool('classify', { execute: goesSilent }), tool('set_label'), tool('send_reply')],
      turns: [
        calls(['c1', 'classify', { item: 'x' }]),
        calls(['c2', 'set_label', DONE], ['c3', 'send_reply', KIM], ['c4', 'classify', { item: 'y' }]),
        says('done'),
      ],
    });
    assertNotExecuted(executions, 'set_label', 'send_reply');
    assertExecuted(executions, 'classify', [{ item: 'x' }]);
    const refused = told.records.filter(({ reason }) => reason === 'service_unreachable');
    assert.deepEqual(refused.flatMap((record) => record.tool ?? []).toSorted(), [
      'classify',
      'send_reply',
      'set_label',
    ]);
    assertAllGated(told, executions);
  },
};

const scene = (
  driver: Parameters<Case['run']>[0],
  rest: Pick<Scene, 'tollgate' | 'run' | 'tools' | 'turns'>,
) => driver.drive({ stream: false, model: modelOf(driver), ...rest });

/** Some said no to the model already, others to the tool; either way somebody hears of it. */
function assertSomebodyHears({ error, results }: Transcript): void {
  assert.ok(error !== undefined || results.length > 0, 'nobody was told');
}

const outside: Case = {
  name: 'outside-a-run-is-refused',
  holds:
    'A tool that is called where no run is open does not run: there is nothing that it could be recorded in.',
  from: 'Invariant 3: fail closed',
  async run(driver, house) {
    const { tool, executions } = workshop();
    const tollgate = await house.start();
    const turns = [calls(['c1', 'classify', { item: 'x' }], ['c2', 'set_label', DONE]), says('done')];
    const tools = [tool('classify'), tool('set_label')];
    const transcript = await scene(driver, { tollgate, run: undefined, tools, turns });
    assertNotExecuted(executions, 'classify', 'set_label');
    assertSomebodyHears(transcript);
  },
};

const afterwards: Case = {
  name: 'after-the-run-is-refused',
  holds: 'Code that outlives its run and calls a tool then is refused: a sealed run has no more to say.',
  from: 'Invariant 3: fail closed',
  async run(driver, house) {
    const { tool, executions } = workshop();
    const tollgate = await house.start();
    const tools = [tool('classify'), tool('set_label')];
    const { output: later } = await tollgate.run(
      { initiator: 'the case', initiatorToken: house.tokenOf(SAM) },
      (run) => {
        const inRun = AsyncLocalStorage.snapshot();
        const turns = [calls(['c1', 'classify', { item: 'x' }], ['c2', 'set_label', DONE]), says('done')];
        return () => inRun(() => scene(driver, { tollgate, run, tools, turns }));
      },
    );
    assert.ok(later);
    const transcript = await later();
    assertNotExecuted(executions, 'classify', 'set_label');
    assertSomebodyHears(transcript);
  },
};

const abortReaches: Case = {
  name: 'abort-reaches-the-tool',
  holds:
    'When the application aborts, a tool that is running hears of it and is not taken for done (failed, or unknown where its end was not waited for), and nothing runs after it.',
  from: 'Invariant 5',
  async run(driver, house) {
    const { tool, executions } = workshop();
    const controller = new AbortController();
    const waits = (_: unknown, signal?: AbortSignal) =>
      new Promise((_resolve, reject) => {
        const over = setTimeout(() => reject(new Error('the tool never heard of the abort')), 8000);
        signal?.addEventListener('abort', () => {
          clearTimeout(over);
          reject(new Error('heard of the abort'));
        });
        controller.abort(new Error('the user has left'));
      });
    const told = await tell(driver, house, {
      tools: [tool('classify', { execute: waits }), tool('set_label')],
      turns: [calls(['c1', 'classify', { item: 'x' }]), calls(['c2', 'set_label', DONE]), says('done')],
      signal: controller.signal,
    });
    assert.equal(executions[0]?.signal?.aborted, true, 'the tool was not told to stop');
    assertNotExecuted(executions, 'set_label');
    const outcomes = finished(told, 'classify').map(({ record }) => record.outcome);
    assert.equal(outcomes.length, 1);
    assert.ok(
      outcomes[0] === 'failed' || outcomes[0] === 'unknown',
      `the outcome on record is ${outcomes[0]}`,
    );
    assertAllGated(told, executions);
  },
};

const runAbort: Case = {
  name: 'run-signal-withdraws-what-waits',
  holds:
    'When the run itself is cancelled, what waits for a person is withdrawn, nothing runs, and the run is cancelled on record.',
  from: 'Invariants 3 and 4',
  async run(driver, house) {
    const { tool, executions } = workshop();
    const controller = new AbortController();
    const told = await tell(driver, house, {
      tools: [tool('send_reply')],
      turns: [calls(['c1', 'send_reply', KIM]), says('done')],
      runSignal: controller.signal,
      approver: () => {
        controller.abort(new Error('cancelled'));
        return 'leave';
      },
    });
    assert.equal(told.asked.length, 1);
    assertNotExecuted(executions, 'send_reply');
    assert.equal(enforcements(told, 'send_reply').at(-1), 'refused approval_withdrawn');
    assert.equal(told.records.at(-1)?.final_status, 'cancelled');
  },
};

export const standing: readonly Case[] = [
  suspended,
  suspendedInParallel,
  silent,
  outside,
  afterwards,
  abortReaches,
  runAbort,
];
