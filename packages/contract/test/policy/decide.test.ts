import {
  ACTION_NAMES,
  ACTIONS,
  classOf,
  type DecisionRequest,
  decide,
  type Requirements,
  RISKS,
  requirements,
} from '@tollgate/contract';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { WORKFLOW_YAML, workflow } from '../fixtures.ts';

const policy = requirements(
  workflow(WORKFLOW_YAML.replace('denials: 3, ', 'denials: 3, spend_usd: "0.40", ')),
);
const calm = { spent_usd: '0', denials: 0, errors: 0, suspended: false };

function ask(change: Partial<DecisionRequest>, of: Requirements = policy) {
  return decide(of, { tool: 'search_tickets', arguments: {}, run: calm, service: 'reachable', ...change });
}

const note = {
  tool: 'add_note',
  arguments: { ticket: 'T-1', note: 'hello' },
  rollback_note: 'Delete the note of T-1',
};
const reply = {
  tool: 'send_reply',
  arguments: { ticket: 'T-1', body: 'hello' },
  rollback_note: 'Send a correction',
};

describe('one verdict for each rule', () => {
  test.each<[string, Partial<DecisionRequest>, string, string]>([
    ['class 1 is allowed', {}, 'allow', 'class_1_allowed'],
    ['class 2 within scope is allowed', note, 'allow', 'within_scope'],
    ['class 3 needs approval', reply, 'require_approval', 'approval_required'],
    ['an unlisted tool', { tool: 'wire_money' }, 'deny', 'tool_not_listed'],
    ['a tool named like a property of every object', { tool: 'constructor' }, 'deny', 'tool_not_listed'],
    ['a blocked tool', { tool: 'delete_ticket' }, 'deny', 'tool_blocked'],
    ['data outside the workflow', { reads: ['hr.salaries'] }, 'deny', 'data_not_allowed'],
    [
      'an argument outside its scope',
      { ...note, arguments: { ticket: 'T-1; DROP', note: 'x' } },
      'deny',
      'out_of_scope',
    ],
    [
      'an argument that the scope does not name',
      { ...note, arguments: { ticket: 'T-1', note: 'x', extra: 1 } },
      'deny',
      'out_of_scope',
    ],
    ['a missing argument', { ...note, arguments: { ticket: 'T-1' } }, 'deny', 'out_of_scope'],
    ['arguments that are not an object', { ...note, arguments: 'T-1' }, 'deny', 'out_of_scope'],
    ['arguments that were not I-JSON', { ...note, arguments: undefined }, 'deny', 'arguments_not_i_json'],
    ['no rollback note', { ...note, rollback_note: ' ' }, 'deny', 'rollback_note_missing'],
    ['class 1 without the service', { service: 'unreachable' }, 'deny', 'service_unreachable'],
    ['class 2 without the service', { ...note, service: 'unreachable' }, 'deny', 'service_unreachable'],

    ['too many denials', { run: { ...calm, denials: 3 } }, 'deny', 'stop_condition'],
    ['too many errors', { run: { ...calm, errors: 5 } }, 'deny', 'stop_condition'],
    ['a spend that the workflow stops at', { run: { ...calm, spent_usd: '0.4' } }, 'deny', 'stop_condition'],
    ['a suspended workflow', { run: { ...calm, suspended: true } }, 'deny', 'workflow_suspended'],
    ['an amount that is none', { run: { ...calm, spent_usd: 'NaN' } }, 'deny', 'policy_error'],
    [
      'a hint that raises to a class without approvers',
      { ...note, hints: { destructive: true } },
      'deny',
      'approval_rule_missing',
    ],
    [
      'a hint that cannot lower',
      { ...reply, hints: { readOnly: true, destructive: false } },
      'require_approval',
      'approval_required',
    ],
  ])('%s', (_, change, verdict, reason) => {
    expect(ask(change)).toMatchObject({ verdict, reason });
  });

  test('a violation names the field', () => {
    expect(ask({ ...note, arguments: { ticket: 'T-1', note: 'x'.repeat(201) } })).toMatchObject({
      field: 'note',
      expected: expect.stringContaining('200'),
    });
  });

  test('class 1 goes on without the service only where the workflow says so, and class 2 never', () => {
    const lenient = requirements(workflow(`${WORKFLOW_YAML}when_service_unreachable: allow_class_1\n`));
    expect(ask({ service: 'unreachable' }, lenient).verdict).toBe('allow');
    expect(ask({ ...note, service: 'unreachable' }, lenient).verdict).toBe('deny');
  });
});

test('a spent budget, and the stop condition before it, name their field', () => {
  const run = { ...calm, spent_usd: '0.5' };
  expect(ask({ run }, requirements(workflow()))).toMatchObject({
    reason: 'over_budget',
    field: 'budget.per_run',
  });
  expect(ask({ run })).toMatchObject({ reason: 'stop_condition', field: 'stops_when.spend_usd' });
});

test('nothing lowers a class: not risks, not the file, not hints', () => {
  fc.assert(
    fc.property(
      fc.constantFrom(...ACTION_NAMES),
      fc.subarray([...RISKS]),
      fc.constantFrom(undefined, 2 as const, 3 as const),
      (action, risks, raise_to) => {
        const { actionClass } = classOf({ risks }, { action, raise_to });
        expect(actionClass).toBeGreaterThanOrEqual(ACTIONS[action].class);
        const touched = (ACTIONS[action].touches as readonly string[]).some((risk) =>
          (risks as string[]).includes(risk),
        );
        if (ACTIONS[action].class === 2 && touched) expect(actionClass).toBe(3);
      },
    ),
  );
});

test('whatever the call, policy answers, and never allows class 3 by itself', () => {
  fc.assert(
    fc.property(
      fc.record({
        tool: fc.constantFrom('search_tickets', 'add_note', 'send_reply', 'delete_ticket', '__proto__', ''),
        arguments: fc.anything(),
        reads: fc.array(fc.constantFrom('tickets', 'hr')),
        rollback_note: fc.option(fc.string(), { nil: undefined }),
        service: fc.constantFrom('reachable' as const, 'unreachable' as const),
      }),
      (request) => {
        const decision = ask(request);
        if (decision.verdict === 'allow') expect([1, 2]).toContain(decision.action_class);
        if (request.service === 'unreachable') expect(decision.verdict).toBe('deny');
        if (request.reads.includes('hr')) expect(decision.verdict).toBe('deny');
      },
    ),
    { numRuns: 500 },
  );
});
