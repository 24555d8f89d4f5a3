import { strict as assert } from 'node:assert';
import { setTimeout as sleep } from 'node:timers/promises';
import { ANA } from '../../../packages/instrumentation/test/support/house.ts';
import { approveAll, type Decide, refuseAll } from '../support/approver.ts';
import {
  assertAllGated,
  assertExecuted,
  assertNotExecuted,
  enforcements,
  permits,
  readOf,
  rulings,
} from '../support/facts.ts';
import { calls, says, tell } from '../support/story.ts';
import { HURRIED_WORKFLOW } from '../support/workflow.ts';
import { workshop } from '../support/workshop.ts';
import type { Case } from './case.ts';

const KIM = { to: 'kim@example.com', text: 'Sorry.' };
const LEE = { to: 'lee@example.com', text: 'Sorry as well.' };
const WAITING = 'waiting approval_required';
const GRANTED = 'executed approval_granted';
const REFUSED = 'refused approval_refused';

/** Approves the first request, refuses every other. */
const onlyTheFirst: Decide = (_, nth) =>
  nth === 0 ? { decision: 'approve', reason: 'once' } : { decision: 'refuse', reason: 'not again' };

const approved: Case = {
  name: 'approved-is-executed-once',
  holds:
    'A call that a person approves runs once, with the arguments that the person saw, and its result reaches the model.',
  from: 'Invariant 4',
  async run(driver, house) {
    const { tool, executions } = workshop();
    const told = await tell(driver, house, {
      tools: [tool('send_reply', { execute: () => ({ sent: 'to kim' }) })],
      turns: [calls(['c1', 'send_reply', KIM]), says('done')],
      approver: approveAll,
    });
    assert.deepEqual(enforcements(told, 'send_reply'), [WAITING, GRANTED]);
    assertExecuted(executions, 'send_reply', [KIM]);
    assert.deepEqual(JSON.parse(told.asked[0]?.arguments ?? ''), KIM);
    assert.match(readOf(told, 'c1'), /to kim/);
    assertAllGated(told, executions);
  },
};

const declined: Case = {
  name: 'declined-is-not-executed',
  holds: 'A call that the approver refuses does not run.',
  from: 'Lesson: declining executed the tool anyway',
  async run(driver, house) {
    const { tool, executions } = workshop();
    const told = await tell(driver, house, {
      tools: [tool('send_reply')],
      turns: [calls(['c1', 'send_reply', KIM]), says('then not')],
      approver: refuseAll,
    });
    assertNotExecuted(executions, 'send_reply');
    assert.deepEqual(enforcements(told, 'send_reply'), [WAITING, REFUSED]);
  },
};

const saysYes: Case = {
  name: 'needs-approval-survives-framework-says-yes',
  holds:
    'Where the framework’s own approval setting says yes to everything, the person is asked all the same, and rules.',
  from: 'Lesson: a requireApproval flag was silently dropped; invariant 2',
  async run(driver, house) {
    const { tool, executions } = workshop();
    const told = await tell(driver, house, {
      tools: [tool('send_reply')],
      turns: [calls(['c1', 'send_reply', KIM]), calls(['c2', 'send_reply', LEE]), says('done')],
      frameworkApproval: 'says-yes',
      approver: onlyTheFirst,
    });
    assert.equal(told.asked.length, 2, 'each call is put before a person');
    assertExecuted(executions, 'send_reply', [KIM]);
    assertAllGated(told, executions);
  },
};

const reasonReaches: Case = {
  name: 'refusal-reason-reaches-the-model',
  holds:
    'The approver’s own words, and that nothing was executed, reach the model as the answer of the call.',
  from: 'Lesson: the refusal’s reason never reached the human',
  async run(driver, house) {
    const { tool, executions } = workshop();
    const told = await tell(driver, house, {
      tools: [tool('send_reply')],
      turns: [calls(['c1', 'send_reply', KIM]), says('I see')],
      approver: () => ({ decision: 'refuse', reason: 'Kim has left the company' }),
    });
    const text = readOf(told, 'c1');
    assert.match(text, /Kim has left the company/);
    assert.match(text, /not executed/);
    assertNotExecuted(executions, 'send_reply');
    assert.equal(told.transcript.error, undefined, 'the agent’s loop goes on');
    if (!('none' in driver.models)) assert.equal(told.transcript.text, 'I see');
  },
};

const approverRecorded: Case = {
  name: 'approver-is-recorded',
  holds:
    'Evidence and service both name the person who approved, under the approval that the execution used up.',
  from: 'Lesson: nobody could say who approved; invariant 12',
  async run(driver, house) {
    const { tool, executions } = workshop();
    const told = await tell(driver, house, {
      tools: [tool('send_reply')],
      turns: [calls(['c1', 'send_reply', KIM]), says('done')],
      approver: approveAll,
    });
    const [permit] = permits(told, 'send_reply');
    assert.deepEqual(permit?.record.detail?.['approved_by'], [ANA]);
    const id = permit?.record.approval_id;
    assert.equal(id, told.asked[0]?.approval_id);
    const held = await house.api(ANA, 'GET', `/v1/approvals/${id}`);
    assert.equal(held['state'], 'consumed');
    assert.deepEqual((held['decisions'] as { decided_by: string }[])[0]?.decided_by, ANA);
    assertAllGated(told, executions);
  },
};

const expired: Case = {
  name: 'expired-is-not-executed',
  holds: 'A call that nobody decides in time does not run, and the model is told.',
  from: 'Invariants 4 and 5',
  workflow: HURRIED_WORKFLOW,
  async run(driver, house) {
    const { tool, executions } = workshop();
    const told = await tell(driver, house, {
      tools: [tool('send_reply')],
      turns: [calls(['c1', 'send_reply', KIM]), says('too late')],
      approver: async () => {
        await sleep(1500);
        return { decision: 'approve', reason: 'late' };
      },
    });
    assertNotExecuted(executions, 'send_reply');
    assert.deepEqual(enforcements(told, 'send_reply'), [WAITING, 'expired approval_expired']);
    assert.match(readOf(told, 'c1'), /approval_expired/);
  },
};

const withdrawn: Case = {
  name: 'withdrawn-on-abort',
  holds:
    'When the application aborts while a call waits, the request is withdrawn; an approval that comes later runs nothing.',
  from: 'Invariants 3 and 4',
  async run(driver, house) {
    const { tool, executions } = workshop();
    const controller = new AbortController();
    const told = await tell(driver, house, {
      tools: [tool('send_reply')],
      turns: [calls(['c1', 'send_reply', KIM]), says('never said')],
      signal: controller.signal,
      approver: () => {
        controller.abort(new Error('the user has left'));
        return 'leave';
      },
    });
    const [request] = told.asked;
    assert.ok(request, 'the call was put before a person');
    const held = await house.api(ANA, 'GET', `/v1/approvals/${request.approval_id}`);
    assert.equal(held['state'], 'withdrawn');
    const late = house.api(ANA, 'POST', `/v1/approvals/${request.approval_id}/decision`, {
      decision: 'approve',
      reason: 'late',
    });
    await assert.rejects(late);
    assertNotExecuted(executions, 'send_reply');
    assert.deepEqual(enforcements(told, 'send_reply'), [WAITING, 'refused approval_withdrawn']);
  },
};

const parallel: Case = {
  name: 'parallel-calls-each-need-their-own',
  holds: 'Calls of one turn are put before a person one by one; a yes to one of them is a yes to no other.',
  from: 'Lesson: approval fatigue; invariant 4',
  async run(driver, house) {
    const { tool, executions } = workshop();
    const people = ['a', 'b', 'c'].map((name) => ({ to: `${name}@example.com`, text: name }));
    const told = await tell(driver, house, {
      tools: [tool('send_reply')],
      turns: [calls(...people.map((args) => [`c-${args.text}`, 'send_reply', args] as const)), says('done')],
      approver: (request) =>
        JSON.parse(request.arguments).text === 'b'
          ? { decision: 'approve', reason: 'b only' }
          : { decision: 'refuse', reason: 'not this one' },
    });
    assert.equal(new Set(told.asked.map((request) => request.arguments)).size, 3);
    assertExecuted(executions, 'send_reply', [people[1]]);
    assert.match(readOf(told, 'c-a'), /not this one/);
    assertAllGated(told, executions);
  },
};

const oneGrant: Case = {
  name: 'one-grant-one-execution',
  holds: 'The same call again, word for word, needs an approval of its own.',
  from: 'Invariant 4: consumed once',
  async run(driver, house) {
    const { tool, executions } = workshop();
    const told = await tell(driver, house, {
      tools: [tool('send_reply')],
      turns: [calls(['c1', 'send_reply', KIM]), calls(['c2', 'send_reply', KIM]), says('done')],
      approver: onlyTheFirst,
    });
    assert.equal(told.asked.length, 2);
    assertExecuted(executions, 'send_reply', [KIM]);
    assert.deepEqual(enforcements(told, 'send_reply'), [WAITING, GRANTED, WAITING, REFUSED]);
    assertAllGated(told, executions);
  },
};

const twins: Case = {
  name: 'twins-in-one-turn-need-two-approvals',
  holds:
    'The same call twice in one turn, word for word, is put before a person twice; a yes to one leaves the other refused.',
  from: 'Invariant 4: consumed once',
  async run(driver, house) {
    const { tool, executions } = workshop();
    const told = await tell(driver, house, {
      tools: [tool('send_reply')],
      turns: [calls(['c1', 'send_reply', KIM], ['c2', 'send_reply', KIM]), says('done')],
      approver: onlyTheFirst,
    });
    assert.equal(told.asked.length, 2);
    assertExecuted(executions, 'send_reply', [KIM]);
    assert.deepEqual(told.transcript.results.map(({ id }) => id).toSorted(), ['c1', 'c2']);
    assert.equal(told.transcript.results.filter(({ text }) => /not again/.test(text)).length, 1);
    assertAllGated(told, executions);
  },
};

const edited: Case = {
  name: 'edited-arguments-are-a-new-request',
  holds:
    'A call with other arguments after a refusal or a grant is a new request; the model’s second wording is never covered by the first.',
  from: 'Invariant 4: edited arguments are a new request',
  async run(driver, house) {
    const { tool, executions } = workshop();
    const better = { ...KIM, text: 'We are sorry.' };
    const told = await tell(driver, house, {
      tools: [tool('send_reply')],
      turns: [calls(['c1', 'send_reply', KIM]), calls(['c2', 'send_reply', better]), says('done')],
      approver: (request) =>
        JSON.parse(request.arguments).text === better.text
          ? { decision: 'approve', reason: 'better' }
          : { decision: 'refuse', reason: 'say we' },
    });
    assertExecuted(executions, 'send_reply', [better]);
    const ids = rulings(told, 'send_reply').map((record) => record.approval_id);
    assert.equal(new Set(ids).size, 2, 'two approvals, one for each wording');
    assertAllGated(told, executions);
  },
};

const secrets: Case = {
  name: 'secret-arguments-are-shown-to-approver-whole',
  holds:
    'The approver sees the arguments as they are, secrets and all, and exactly these run; the evidence does not hold the secret.',
  from: 'Invariant 4: the approver sees them unredacted',
  async run(driver, house) {
    const { tool, executions } = workshop();
    const secret = `sk-proj-${'Zx9Qw3Lm'.repeat(6)}`;
    const args = { to: 'kim@example.com', text: `your key is ${secret}` };
    const told = await tell(driver, house, {
      tools: [tool('send_reply')],
      turns: [calls(['c1', 'send_reply', args]), says('done')],
      approver: approveAll,
    });
    assert.deepEqual(JSON.parse(told.asked[0]?.arguments ?? 'null'), args);
    assertExecuted(executions, 'send_reply', [args]);
    assert.equal(permits(told, 'send_reply').length, 1);
    const evidence = JSON.stringify(told.spans.map(({ attributes }) => attributes));
    assert.ok(!evidence.includes(secret), 'the secret left the process in the evidence');
  },
};

const lostReceipt: Case = {
  name: 'lost-receipt-executes-nothing',
  holds:
    'When the service’s answer with the receipt is lost, nobody knows whether the grant is used up, so nothing runs.',
  from: 'Invariant 1',
  async run(driver, house) {
    const { tool, executions } = workshop();
    house.service.loseAnswer = (path) => path.endsWith('/consume');
    const told = await tell(driver, house, {
      tools: [tool('send_reply')],
      turns: [calls(['c1', 'send_reply', KIM]), says('who knows')],
      approver: approveAll,
    });
    assertNotExecuted(executions, 'send_reply');
    assert.deepEqual(enforcements(told, 'send_reply'), [WAITING, 'blocked grant_unusable']);
    assert.match(readOf(told, 'c1'), /not executed/);
  },
};

export const approvals: readonly Case[] = [
  approved,
  declined,
  saysYes,
  reasonReaches,
  approverRecorded,
  expired,
  withdrawn,
  parallel,
  oneGrant,
  twins,
  edited,
  secrets,
  lostReceipt,
];
