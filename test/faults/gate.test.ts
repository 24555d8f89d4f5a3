import { expect, test } from 'vitest';
import { checkTrial } from './check/check-trial.ts';
import type { Rule } from './check/violation.ts';
import type { ApprovalFacts } from './lane/control-facts.ts';
import type { TrialFacts } from './lane/trial-facts.ts';
import { optionsOf } from './options.ts';
import { makePlan } from './plan/make-plan.ts';
import type { Sabotage, Strike, Trial, Wanted } from './plan/trial.ts';
import { reportOf } from './report/print.ts';
import { playSession } from './session.ts';

const FEW = 8;

test('a few kills, of agent, service and both: nothing runs without a live approval, nothing twice, nothing is lost', {
  timeout: 240_000,
}, async () => {
  const result = await playSession(makePlan({ seed: 20, rounds: 1, quick: true, atMost: FEW }));
  const report = reportOf(result, 20);
  expect(report.violations).toEqual([]);
  expect(report.unreached).toEqual([]);
  expect(report.kills).toBeGreaterThanOrEqual(FEW);
  expect(report.failed).toBe(0);
  expect(report.executions.class_3).toBeGreaterThan(0);
});

const KILLED_WHILE_IT_ACTS: Strike = {
  victim: 'agent',
  when: { kind: 'step', place: { side: 'gate', actionClass: 3, step: 'tool.ended' }, nth: 1 },
  restart: 'together',
  downMs: 0,
};

function planted(id: number, sabotage: Sabotage, strikes: readonly Strike[] = []): Trial {
  const ticket = `T-${id}`;
  const wanted: readonly Wanted[] = [
    { callId: 'update-1', tool: 'set_status', args: { ticket, nth: '1' } },
    { callId: 'send-1', tool: 'send_reply', args: { ticket, text: 'Sorry.' } },
  ];
  const usual = { approver: 'approves', parallel: false, callIds: 'same', collectorAway: true } as const;
  return { id, sabotage, strikes, wanted, ...usual };
}

/** What the checks have to say to each planted violation. */
const EXPECTED: Readonly<Record<Sabotage, readonly Rule[]>> = {
  executes_twice: ['approval_once', 'call_once', 'wanted_once'],
  skips_receipt: ['live_approval', 'intent_first', 'outcome_told'],
  skips_intent: ['intent_first', 'outcome_told'],
  hides_refusal: ['refusal_recorded'],
  resumes_by_hand: ['approval_once', 'call_once', 'wanted_once', 'intent_first'],
  loses_outbox: ['intent_first', 'nothing_lost'],
};

test('the checks find every violation that is planted, and lay it to the trial that has it', {
  timeout: 240_000,
}, async () => {
  const kinds = Object.keys(EXPECTED) as Sabotage[];
  const trials = kinds.map((kind, index) =>
    planted(
      index + 1,
      kind,
      kind === 'resumes_by_hand' || kind === 'loses_outbox' ? [KILLED_WHILE_IT_ACTS] : [],
    ),
  );
  const result = await playSession(trials, { lanes: 2 });
  for (const [index, kind] of kinds.entries()) {
    const found = result.violations.filter(({ trial }) => trial === index + 1).map(({ rule }) => rule);
    expect(found, kind).toEqual(expect.arrayContaining([...EXPECTED[kind]]));
  }
  const innocent = result.violations.filter(({ trial }) => trial === 0 || trial > kinds.length);
  expect(innocent).toEqual([]);
  const report = reportOf(result, 1);
  expect(report).toMatchObject({ passed: result.facts.length - kinds.length, failed: kinds.length });

  const undisturbed = result.facts.find(({ trial }) => trial.id > kinds.length);
  if (undisturbed === undefined) throw new Error('no trial was left in peace');
  for (const [name, { facts, rules }] of Object.entries(forgeriesOf(undisturbed)))
    expect([...new Set(checkTrial(facts).map(({ rule }) => rule))].sort(), name).toEqual(rules);
});

/** Facts of a trial without a flaw, each changed in one place; and every rule that has to notice. */
function forgeriesOf(facts: TrialFacts): Record<string, { facts: TrialFacts; rules: Rule[] }> {
  const { control, arrived, effects } = facts;
  const [approval] = control.approvals;
  if (approval === undefined) throw new Error('nobody asked for an approval');
  const decided = (change: Partial<ApprovalFacts>): TrialFacts => ({
    ...facts,
    control: { ...control, approvals: [{ ...approval, ...change }] },
  });
  const records = new Map([...control.records].map(([run, texts]) => [run, texts.toReversed()]));
  return {
    'a record in the middle is gone': {
      facts: { ...facts, arrived: arrived.filter(({ record }) => record.seq !== 1) },
      rules: ['chain_whole', 'intent_first', 'nothing_lost'],
    },
    'a message went out that nobody remembers': {
      facts: { ...facts, effects: effects.filter(({ tool }) => tool === 'set_status') },
      rules: ['grant_accounted', 'outcome_told'],
    },
    'the decision is forgotten': {
      facts: decided({ decisions: [] }),
      rules: ['live_approval', 'service_remembers'],
    },
    'the initiator approved': {
      facts: decided({ decisions: [{ email: approval.initiator, decision: 'approve' }] }),
      rules: ['live_approval'],
    },
    'somebody refused it': {
      facts: decided({
        decisions: [...approval.decisions, { email: 'kim@example.com', decision: 'refuse' }],
      }),
      rules: ['live_approval'],
    },
    'the grant was never consumed': {
      facts: decided({ consumed: false, state: 'approved' }),
      rules: ['live_approval', 'service_remembers'],
    },
    'the service wrote its chain backwards': {
      facts: { ...facts, control: { ...control, records } },
      rules: ['chain_whole', 'service_remembers'],
    },
    'a process wrote that nobody registered': {
      facts: { ...facts, control: { ...control, writers: new Map() } },
      rules: ['service_remembers'],
    },
    'nobody sealed the run': {
      facts: { ...facts, heard: facts.heard.filter(({ said }) => said.kind !== 'sealed') },
      rules: ['run_ends'],
    },
  };
}

test('arguments that are not known are refused, and a seed plans the same trials again', () => {
  expect(optionsOf(['gate', '--seed', '7', '--json'])).toEqual({
    seed: 7,
    rounds: 2,
    quick: false,
    only: undefined,
    json: true,
  });
  expect(optionsOf(['--help'])).toBe('help');
  for (const wrong of [
    [],
    ['disk'],
    ['gate', 'disk'],
    ['gate', '--fast'],
    ['gate', '--rounds', '0'],
    ['gate', '--quick', '--rounds', '2'],
    ['gate', '--only', 'grant.lost'],
  ])
    expect(() => optionsOf(wrong), wrong.join(' ')).toThrow();
  const plan = () => makePlan({ seed: 7, rounds: 1 });
  expect(plan()).toEqual(plan());
  expect(plan()).not.toEqual(makePlan({ seed: 8, rounds: 1 }));
  expect(new Set(plan().flatMap(({ strikes }) => strikes.map(({ victim }) => victim))).size).toBe(3);
});
