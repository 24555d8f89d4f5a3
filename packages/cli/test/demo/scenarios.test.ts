import { decide, parseWorkflow, type Requirements, requirements } from '@tollgate/contract';
import { beforeAll, describe, expect, it } from 'vitest';
import { PROVISION } from '../../src/demo/company.ts';
import { expectations } from '../../src/demo/oracle.ts';
import { PEOPLE } from '../../src/demo/people.ts';
import { type Scenario, WORKFLOWS, type WorkflowName } from '../../src/demo/scenario.ts';
import { SCENARIOS } from '../../src/demo/scenarios.ts';
import type { ScriptedCall } from '../../src/demo/script.ts';
import { workflowText } from '../../src/demo/workflow-files.ts';

/** What code says that it reads, beyond what its workflow file says. */
const READS: Readonly<Record<string, readonly string[]>> = { read_payment_history: ['payments'] };

const policies = new Map<WorkflowName, Requirements>();
const policyOf = (workflow: WorkflowName) => {
  const policy = policies.get(workflow);
  if (policy === undefined) throw new Error(`${workflow} has no valid workflow file`);
  return policy;
};

beforeAll(async () => {
  for (const workflow of WORKFLOWS) {
    const parsed = parseWorkflow(await workflowText(workflow));
    if (parsed.kind === 'valid') policies.set(workflow, requirements(parsed.workflow));
  }
});

const oracle = expectations(SCENARIOS);
const costOf = (scenario: Scenario) => {
  const run = oracle.runs.find((each) => each.scenario === scenario.name);
  return run?.cost_usd ?? '0';
};

function decided(scenario: Scenario, { tool, arguments: args }: ScriptedCall) {
  const policy = policyOf(scenario.workflow);
  return decide(policy, {
    tool,
    arguments: args,
    reads: READS[tool],
    rollback_note: policy.rollback_path.tools[tool],
    run: { spent_usd: costOf(scenario), denials: 0, errors: 0, suspended: false },
    service: 'reachable',
  });
}

describe('the scenarios', () => {
  it.each(SCENARIOS)('$name: policy says of each call what the story says', (scenario) => {
    for (const scripted of scenario.script.flatMap(({ calls }) => calls)) {
      const { verdict, reason, field } = decided(scenario, scripted);
      expect(verdict).toBe(scripted.meets.verdict);
      if (scripted.meets.reason !== undefined) expect({ reason, field }).toMatchObject(denial(scripted));
    }
  });

  it.each(SCENARIOS)('$name: stays below its budget, also where it is about that', (scenario) => {
    const limit = policyOf(scenario.workflow).budget_limit.per_run;
    if (limit !== undefined) expect(Number(costOf(scenario))).toBeLessThan(Number(limit));
    const refused = scenario.script.some((step) => step.refused?.reason === 'over_budget');
    expect(refused && limit === undefined).toBe(false);
  });

  it('are told apart by their names, and by what approvers read', () => {
    expect(new Set(SCENARIOS.map(({ name }) => name)).size).toBe(SCENARIOS.length);
    const asked = SCENARIOS.flatMap(({ script }) => script.flatMap(({ calls }) => calls))
      .filter(({ meets }) => meets.verdict === 'require_approval')
      .map(({ tool, arguments: args }) => JSON.stringify([tool, args]));
    expect(new Set(asked).size).toBe(asked.length);
  });

  it('have every decision made by somebody whom the workflow names, and never by who started the run', () => {
    for (const { workflow, startedBy, approval, rollback, review } of SCENARIOS) {
      const policy = policyOf(workflow);
      const approvers = policy.approval_gates.flatMap((gate) => gate.approvers);
      if (approval !== undefined) {
        expect(approvers).toContain(PEOPLE[approval.by].email);
        expect(approval.by).not.toBe(startedBy);
      }
      if (rollback !== undefined) expect(PEOPLE[rollback.by].email).toBe(policy.rollback_path.decided_by);
      if (review !== undefined) expect(policy.review_cadence?.reviewers).toContain(PEOPLE[review.by].email);
    }
  });

  it('are owned, approved and reviewed by people who exist and may', () => {
    const emails = PROVISION.people.map(({ email }) => email);
    for (const workflow of WORKFLOWS) {
      const { owner, approval_gates, review_cadence, team } = policyOf(workflow);
      const named = [
        owner.email,
        ...owner.incident,
        ...approval_gates.flatMap(({ approvers }) => approvers),
        ...(review_cadence?.reviewers ?? []),
      ];
      expect(emails).toEqual(expect.arrayContaining(named));
      for (const { email, teams } of PROVISION.people)
        if (named.includes(email)) expect(teams.some((each) => each === '*' || each === team)).toBe(true);
    }
  });

  it('show every way in which a run can end that does not need a crash, and every kind of refusal', () => {
    expect(new Set(oracle.runs.map(({ status }) => status))).toEqual(
      new Set(['completed', 'escalated', 'blocked', 'refused', 'expired', 'over_budget', 'unsealed']),
    );
    const reasons = oracle.runs.flatMap(({ tool_calls }) => tool_calls.map(({ reason }) => reason));
    expect(reasons).toEqual(
      expect.arrayContaining(['tool_blocked', 'tool_not_listed', 'out_of_scope', 'data_not_allowed']),
    );
    expect(new Set(oracle.runs.map(({ approval }) => approval))).toEqual(
      new Set([undefined, 'consumed', 'refused', 'expired', 'waiting']),
    );
  });
});

function denial({ meets: { reason, field } }: ScriptedCall) {
  return field === undefined ? { reason } : { reason, field };
}
