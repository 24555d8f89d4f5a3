import { strict as assert } from 'node:assert';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  assertAllGated,
  assertNotExecuted,
  content,
  finished,
  holds,
  permits,
  readOf,
  rulings,
} from '../support/facts.ts';
import { calls, says, tell } from '../support/story.ts';
import { workshop } from '../support/workshop.ts';
import type { Case } from './case.ts';

const DONE = { ticket: 'T-1', label: 'done' };

const classOne: Case = {
  name: 'class-1-is-recorded-with-arguments-and-result',
  holds:
    'A harmless call runs without asking, and is on record with its arguments, its result, its owner and the run’s initiator.',
  from: 'Design, section 2: log input, output, cost, owner',
  async run(driver, house) {
    const { tool, executions } = workshop();
    const found = [{ id: 'T-7', subject: 'printer on fire' }];
    const told = await tell(driver, house, {
      tools: [tool('search_tickets', { execute: () => found })],
      turns: [calls(['c1', 'search_tickets', { query: 'printer' }]), says('done')],
    });
    const [ruling, ...more] = rulings(told, 'search_tickets');
    assert.equal(more.length, 0);
    assert.equal(ruling?.action_class, 1);
    assert.equal(ruling?.owner, 'ola@example.com');
    assert.equal(told.records[0]?.actor, 'sam@example.com');
    const [end] = finished(told, 'search_tickets');
    assert.ok(end, 'the call has no outcome on record');
    assert.equal(end.record.outcome, 'succeeded');
    assert.ok(holds(content(end, 'result'), found), 'the result is not on record');
    assert.match(readOf(told, 'c1'), /printer on fire/);
    assert.equal(told.asked.length, 0);
    assertAllGated(told, executions);
  },
};

const intentFirst: Case = {
  name: 'class-2-intent-before-execution',
  holds:
    'When a class-2 tool begins, its intent is on this machine’s disk already, although the collector is away.',
  from: 'Invariant 1: no evidence, no action',
  async run(driver, house) {
    const { tool, executions } = workshop();
    let onDisk = '';
    house.collector.mode = 'cut';
    const told = await tell(driver, house, {
      tools: [
        tool('set_label', {
          execute: async () => {
            onDisk = await textIn(house.outbox);
            return 'labelled';
          },
        }),
      ],
      turns: [calls(['c1', 'set_label', DONE]), says('done')],
    });
    assert.equal(executions.length, 1);
    const [permit] = permits(told, 'set_label');
    assert.ok(permit, 'the call has no intent on record');
    assert.ok(onDisk.includes(permit.text), 'the intent was not on disk when the tool began');
    assert.equal(permit.record.rollback_note, 'Set T-1 back to its previous label');
    assertAllGated(told, executions);
  },
};

async function textIn(directory: string): Promise<string> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  const texts = await Promise.all(
    files.map(({ parentPath, name }) => readFile(join(parentPath, name), 'utf8')),
  );
  return texts.join('\n');
}

const fullOutbox: Case = {
  name: 'full-outbox-refuses-class-2',
  holds: 'When evidence cannot be made durable any more, a class-2 tool does not run.',
  from: 'Invariant 1: no evidence, no action',
  async run(driver, house) {
    const { tool, executions } = workshop();
    const reasons: string[] = [];
    const items = Array.from(
      { length: 12 },
      (_, index) => [`c${index}`, 'classify', { item: `${index} ${'x'.repeat(8000)}` }] as const,
    );
    house.collector.mode = 503;
    await tell(driver, house, {
      start: { outboxMaxBytes: 64 * 1024 },
      tools: [tool('classify'), tool('set_label')],
      turns: [calls(...items), calls(['last', 'set_label', DONE]), says('done')],
      body: async (drive, run) => {
        const transcript = await drive();
        reasons.push(...run.refusals().map(({ reason }) => reason));
        return transcript;
      },
    });
    assertNotExecuted(executions, 'set_label');
    assert.deepEqual(reasons, ['evidence_unavailable']);
  },
};

const failing = (message: string) => () => {
  throw new RangeError(message);
};

const failedOutcome: Case = {
  name: 'tool-error-is-a-failed-outcome',
  holds: 'A tool that throws is on record as executed and failed, never as refused or succeeded.',
  from: 'Design, section 1: verdict, enforcement and outcome are three facts',
  async run(driver, house) {
    const { tool, executions } = workshop();
    const told = await tell(driver, house, {
      tools: [tool('set_label', { execute: failing('no such ticket') })],
      turns: [calls(['c1', 'set_label', DONE]), says('sorry')],
    });
    assert.equal(executions.length, 1);
    assert.deepEqual(
      rulings(told, 'set_label').map(({ verdict, enforcement }) => [verdict, enforcement]),
      [['allow', 'executed']],
    );
    assert.deepEqual(
      finished(told, 'set_label').map(({ record }) => record.outcome),
      ['failed'],
    );
    assertAllGated(told, executions);
  },
};

const errorReaches: Case = {
  name: 'tool-error-reaches-the-model',
  holds:
    'What a tool throws reaches the model as the answer of the call, and the loop goes on to the next call.',
  from: 'Invariant 5',
  async run(driver, house) {
    const { tool, executions } = workshop();
    const told = await tell(driver, house, {
      tools: [tool('classify', { execute: failing('there is no category for bees') }), tool('set_label')],
      turns: [calls(['c1', 'classify', { item: 'bee' }]), calls(['c2', 'set_label', DONE]), says('sorry')],
    });
    assert.match(readOf(told, 'c1'), /no category for bees/);
    assert.equal(told.transcript.error, undefined);
    assert.deepEqual(
      executions.map((execution) => execution.tool),
      ['classify', 'set_label'],
    );
    assertAllGated(told, executions);
  },
};

const manyAtOnce: Case = {
  name: 'parallel-calls-keep-one-whole-chain',
  holds:
    'Twelve calls of one turn, of two classes, leave one whole chain in which each has its intent before its outcome; a class-1 call may have both in one record.',
  from: 'Invariant 10',
  async run(driver, house) {
    const { tool, executions } = workshop();
    const wanted = Array.from({ length: 12 }, (_, index) =>
      index % 2 === 0
        ? ([`c${index}`, 'classify', { item: `i${index}` }] as const)
        : ([`c${index}`, 'set_label', { ticket: `T-${index}`, label: 'open' }] as const),
    );
    const told = await tell(driver, house, {
      tools: [tool('classify'), tool('set_label')],
      turns: [calls(...wanted), says('done')],
    });
    assert.equal(executions.length, 12);
    for (const name of ['classify', 'set_label'])
      for (const { record } of permits(told, name)) {
        const end = finished(told, name).find((span) => span.record.call_id === record.call_id);
        const inOne = name === 'classify' && end?.record.seq === record.seq;
        assert.ok(inOne || (end?.record.seq ?? -1) > record.seq, 'an outcome without an intent before it');
      }
    assert.equal(told.result.status, 'completed');
    assertAllGated(told, executions);
  },
};

export const evidence: readonly Case[] = [
  classOne,
  intentFirst,
  fullOutbox,
  failedOutcome,
  errorReaches,
  manyAtOnce,
];
