import { strict as assert } from 'node:assert';
import { approveAll, refuseAll } from '../support/approver.ts';
import {
  assertAllGated,
  assertExecuted,
  assertNotExecuted,
  enforcements,
  modelCalls,
  permits,
  readOf,
} from '../support/facts.ts';
import { calls, says, tell } from '../support/story.ts';
import { workshop } from '../support/workshop.ts';
import type { Case } from './case.ts';

const KIM = { to: 'kim@example.com', text: 'Sorry.' };

const gated: Case = {
  name: 'sub-agent-tools-are-gated',
  holds:
    'The tools of a sub-agent meet the same gate: refused what policy refuses, asked about what needs a person, recorded what runs.',
  from: 'Lesson: subagent tools are not covered by the parent’s approval',
  async run(driver, house) {
    const { tool, executions } = workshop();
    const told = await tell(driver, house, {
      subAgent: true,
      tools: [tool('delete_ticket'), tool('send_reply'), tool('classify')],
      turns: [
        calls(['c1', 'delete_ticket', { ticket: 'T-1' }]),
        calls(['c2', 'send_reply', KIM]),
        calls(['c3', 'classify', { item: 'x' }]),
        says('done'),
      ],
      approver: refuseAll,
    });
    assertNotExecuted(executions, 'delete_ticket', 'send_reply');
    assertExecuted(executions, 'classify', [{ item: 'x' }]);
    assert.deepEqual(enforcements(told, 'delete_ticket'), ['blocked tool_blocked']);
    assert.match(readOf(told, 'c2'), /not on my watch/);
    assertAllGated(told, executions);
  },
};

const waits: Case = {
  name: 'sub-agent-waits-for-a-person',
  holds: 'A sub-agent’s class-3 call runs once a person approved exactly it, on record with that approval.',
  from: 'Lesson: subagent tools are not covered by the parent’s approval',
  async run(driver, house) {
    const { tool, executions } = workshop();
    const told = await tell(driver, house, {
      subAgent: true,
      tools: [tool('send_reply')],
      turns: [calls(['c1', 'send_reply', KIM]), says('done')],
      frameworkApproval: 'says-yes',
      approver: approveAll,
    });
    assert.equal(told.asked.length, 1);
    assertExecuted(executions, 'send_reply', [KIM]);
    assert.equal(permits(told, 'send_reply')[0]?.record.approval_id, told.asked[0]?.approval_id);
    assertAllGated(told, executions);
  },
};

const metered: Case = {
  name: 'sub-agent-model-calls-are-metered',
  holds: 'Each model call of agent and sub-agent is on record once: as many records as calls were made.',
  from: 'Lesson: parent spans that repeat their children’s usage double the bill',
  needs: 'models',
  async run(driver, house) {
    const { tool } = workshop();
    const told = await tell(driver, house, {
      subAgent: true,
      tools: [tool('classify')],
      turns: [calls(['c1', 'classify', { item: 'x' }]), says('done')],
    });
    assert.ok(told.transcript.modelCalls >= 3, 'the outer model was never asked');
    assert.equal(modelCalls(told).length, told.transcript.modelCalls);
  },
};

const streamed: Case = {
  name: 'streamed-tool-calls-are-gated',
  holds: 'Tool calls that come out of a stream meet the same gate as any other.',
  from: 'Invariant 2',
  needs: 'models',
  async run(driver, house) {
    const { tool, executions } = workshop();
    const told = await tell(driver, house, {
      stream: true,
      tools: [tool('send_reply'), tool('classify')],
      turns: [
        calls(['c1', 'send_reply', KIM], ['c2', 'classify', { item: 'x' }]),
        calls(['c3', 'send_reply', KIM]),
        says('done'),
      ],
      approver: (_, nth) => ({ decision: nth === 0 ? 'refuse' : 'approve', reason: `answer ${nth}` }),
    });
    assert.match(readOf(told, 'c1'), /answer 0/);
    assertExecuted(executions, 'classify', [{ item: 'x' }]);
    assertExecuted(executions, 'send_reply', [KIM]);
    assertAllGated(told, executions);
  },
};

export const nesting: readonly Case[] = [gated, waits, metered, streamed];
