import { strict as assert } from 'node:assert';
import { approveAll, refuseAll } from '../support/approver.ts';
import {
  assertAllGated,
  assertExecuted,
  assertNotExecuted,
  content,
  enforcements,
  permits,
  readOf,
  rulings,
} from '../support/facts.ts';
import { calls, says, tell } from '../support/story.ts';
import { type ToolName, workshop } from '../support/workshop.ts';
import type { Case } from './case.ts';

const DONE = { ticket: 'T-1', label: 'done' };
const KIM = { to: 'kim@example.com', text: 'Sorry.' };

/** One call that policy refuses, whatever a person would say. */
function refusal(about: Pick<Case, 'name' | 'holds' | 'from'>, call: Refused): Case {
  return {
    ...about,
    async run(driver, house) {
      const { tool, executions } = workshop();
      const told = await tell(driver, house, {
        tools: [tool(call.tool, { ...(call.reads === undefined ? {} : { reads: call.reads }) })],
        turns: [calls(['c1', call.tool, call.args]), says('then not')],
        approver: approveAll,
      });
      assertNotExecuted(executions, call.tool);
      const [ruling, ...more] = rulings(told, call.tool);
      assert.equal(more.length, 0);
      assert.equal(ruling?.verdict, 'deny');
      assert.equal(`${ruling?.enforcement} ${ruling?.reason}`, `blocked ${call.reason}`);
      const text = readOf(told, 'c1');
      assert.match(text, new RegExp(call.reason));
      if (call.field !== undefined) {
        assert.equal(ruling?.detail?.['field'], call.field);
        assert.ok(text.includes(call.field), `the model is not told which field: ${text}`);
      }
    },
  };
}

interface Refused {
  readonly tool: ToolName;
  readonly args: unknown;
  readonly reason: string;
  readonly field?: string;
  readonly reads?: readonly string[];
}

const unlisted = refusal(
  {
    name: 'unlisted-is-refused',
    holds: 'A tool that the workflow does not list is refused, on record, and the model is told.',
    from: 'Lesson: an unlisted tool was approved by default',
  },
  { tool: 'wipe_disk', args: { path: '/' }, reason: 'tool_not_listed' },
);

const blocked = refusal(
  {
    name: 'blocked-is-refused',
    holds: 'A tool that the workflow blocks by name is refused, on record, and the model is told.',
    from: 'Invariant 3',
  },
  { tool: 'delete_ticket', args: { ticket: 'T-1' }, reason: 'tool_blocked' },
);

const outOfScope = refusal(
  {
    name: 'out-of-scope-names-the-field',
    holds: 'An argument outside the tool’s scope is refused, and record and model both name it.',
    from: 'Design, section 2: scoped tools',
  },
  { tool: 'set_label', args: { ...DONE, label: 'urgent' }, reason: 'out_of_scope', field: 'label' },
);

const forbiddenData = refusal(
  {
    name: 'forbidden-data-is-refused',
    holds:
      'A tool whose code says that it reads what the workflow may not is refused, whatever the file says of it.',
    from: 'Design, section 1: data',
  },
  {
    tool: 'classify',
    args: { item: 'x' },
    reads: ['payroll'],
    reason: 'data_not_allowed',
    field: 'payroll',
  },
);

const rollbackRequired = refusal(
  {
    name: 'rollback-note-required',
    holds: 'A class-2 call whose rollback note has a hole in it has none, and is refused.',
    from: 'Design, section 2: rollback note required',
  },
  { tool: 'add_note', args: { ticket: 'T-1', note: 'burns' }, reason: 'rollback_note_missing' },
);

const rollbackComputed: Case = {
  name: 'rollback-note-is-computed-from-the-arguments',
  holds:
    'A note that the tool’s own code makes from the arguments is the one on record, and the one that the approver sees.',
  from: 'Design, section 2: rollback note required',
  async run(driver, house) {
    const { tool, executions } = workshop();
    const rollbackNote = ({ to }: { to: string }) => `tell ${to} to forget it`;
    const told = await tell(driver, house, {
      tools: [tool('send_reply', { rollbackNote })],
      turns: [calls(['c1', 'send_reply', KIM]), says('done')],
      approver: approveAll,
    });
    assert.equal(permits(told, 'send_reply')[0]?.record.rollback_note, 'tell kim@example.com to forget it');
    assert.equal(told.asked[0]?.rollback_note, 'tell kim@example.com to forget it');
    assertAllGated(told, executions);
  },
};

const hintsRaise: Case = {
  name: 'hints-raise-a-class',
  holds: 'A tool that says that it is destructive is class 3, whatever the file says: a person is asked.',
  from: 'Lesson: annotations are hints and may raise a class, never lower it',
  async run(driver, house) {
    const { tool, executions } = workshop();
    const told = await tell(driver, house, {
      tools: [tool('set_label', { hints: { destructive: true } })],
      turns: [calls(['c1', 'set_label', DONE]), says('then not')],
      approver: refuseAll,
    });
    assertNotExecuted(executions, 'set_label');
    assert.deepEqual(
      rulings(told, 'set_label').map((record) => [record.enforcement, record.action_class]),
      [
        ['waiting', 3],
        ['refused', 3],
      ],
    );
  },
};

const hintsNeverLower: Case = {
  name: 'hints-never-lower-a-class',
  holds: 'A tool that says that it only reads is as high as its action: a person is asked.',
  from: 'Lesson: annotations are hints and may raise a class, never lower it',
  async run(driver, house) {
    const { tool, executions } = workshop();
    const told = await tell(driver, house, {
      tools: [tool('send_reply', { hints: { readOnly: true, destructive: false } })],
      turns: [calls(['c1', 'send_reply', KIM]), says('then not')],
      approver: refuseAll,
    });
    assert.equal(told.asked.length, 1);
    assertNotExecuted(executions, 'send_reply');
    assert.equal(rulings(told, 'send_reply')[0]?.action_class, 3);
  },
};

const failingHook: Case = {
  name: 'failing-hook-does-not-continue',
  holds:
    'When every hook of the framework throws, nothing runs that policy or a person refuses, and what does run is on record.',
  from: 'Lesson: a hook that could not be executed counted as "continue"',
  async run(driver, house) {
    const { tool, executions } = workshop();
    let hooked = 0;
    const told = await tell(driver, house, {
      tools: [tool('delete_ticket'), tool('send_reply'), tool('set_label'), tool('classify')],
      turns: [
        calls(['c1', 'delete_ticket', { ticket: 'T-1' }]),
        calls(['c2', 'send_reply', KIM]),
        calls(['c3', 'set_label', { ...DONE, label: 'urgent' }]),
        calls(['c4', 'classify', { item: 'bug' }]),
        says('done'),
      ],
      hook: () => {
        hooked += 1;
        throw new Error('this hook is broken');
      },
      approver: refuseAll,
    });
    assertNotExecuted(executions, 'delete_ticket', 'send_reply', 'set_label');
    assert.ok(hooked > 0, 'the driver calls no hook of the application');
    assertAllGated(told, executions);
  },
};

const denialsStop: Case = {
  name: 'denials-stop-the-run',
  holds: 'After as many denials as the workflow allows, not even a harmless tool runs.',
  from: 'Design, section 1: when the agent stops',
  async run(driver, house) {
    const { tool, executions } = workshop();
    const denials = [1, 2, 3, 4, 5].map((n) => calls([`d${n}`, 'delete_ticket', { ticket: `T-${n}` }]));
    const told = await tell(driver, house, {
      tools: [tool('delete_ticket'), tool('classify')],
      turns: [
        calls(['c1', 'classify', { item: 'a' }]),
        ...denials,
        calls(['c2', 'classify', { item: 'b' }]),
        says('done'),
      ],
    });
    assertNotExecuted(executions, 'delete_ticket');
    assertExecuted(executions, 'classify', [{ item: 'a' }]);
    assert.deepEqual(enforcements(told, 'classify'), ['executed class_1_allowed', 'blocked stop_condition']);
    assertAllGated(told, executions);
  },
};

const errorsStop: Case = {
  name: 'errors-stop-the-run',
  holds: 'After as many failed tool calls as the workflow allows, no tool runs any more.',
  from: 'Design, section 1: when the agent stops',
  async run(driver, house) {
    const { tool, executions } = workshop();
    const items = ['1', '2', '3', '4', '5', '6'];
    const told = await tell(driver, house, {
      tools: [
        tool('classify', {
          execute: () => {
            throw new Error('no such category');
          },
        }),
      ],
      turns: [...items.map((item) => calls([`c${item}`, 'classify', { item }])), says('done')],
    });
    assert.equal(executions.length, 5);
    assert.equal(enforcements(told, 'classify').at(-1), 'blocked stop_condition');
    assertAllGated(told, executions);
  },
};

const refusalsRecorded: Case = {
  name: 'refusals-are-on-record-with-their-arguments',
  holds: 'What was refused is on record with what was wanted, so that a person can see what the agent tried.',
  from: 'Invariant 5',
  async run(driver, house) {
    const { tool, executions } = workshop();
    const args = { ticket: 'T-77' };
    const told = await tell(driver, house, {
      tools: [tool('delete_ticket')],
      turns: [calls(['c1', 'delete_ticket', args]), says('then not')],
    });
    assertNotExecuted(executions, 'delete_ticket');
    const span = told.spans.find(({ record }) => record.tool === 'delete_ticket');
    assert.ok(span, 'the refusal is not on record');
    assert.deepEqual(content(span, 'arguments'), args);
    assert.equal(told.records.at(-1)?.kind, 'run_sealed');
  },
};

export const policy: readonly Case[] = [
  unlisted,
  blocked,
  outOfScope,
  forbiddenData,
  rollbackRequired,
  rollbackComputed,
  hintsRaise,
  hintsNeverLower,
  failingHook,
  denialsStop,
  errorsStop,
  refusalsRecorded,
];
