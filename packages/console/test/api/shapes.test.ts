import { requirements as requirementsOf } from '@tollgate/contract';
import { expect, test } from 'vitest';
import { evidence } from '../../src/browser/api/evidence-shapes.ts';
import { listOf, run } from '../../src/browser/api/shapes.ts';
import { requirements } from '../../src/browser/api/workflow-shapes.ts';
import { evidenceOf } from '../browser/service/evidence.ts';
import { workflowFile } from '../browser/service/workflow.ts';

test('the contract’s requirements are read as they are', () => {
  const answer: unknown = JSON.parse(JSON.stringify(requirementsOf(workflowFile)));
  const read = requirements.parse(answer);
  expect(read.allowed_tools.map((tool) => [tool.tool, tool.action_class])).toEqual([
    ['read_ticket', 1],
    ['tag_ticket', 2],
    ['send_reply', 3],
  ]);
  expect(read.approval_gates[0]?.expires_seconds).toBe(1800);
  expect(read.budget_limit.per_run).toBe('0.50');
  expect(read.stops_when).toEqual({
    ...{ denials: 4, errors: 5, spend_usd: '0.40', suspend_workflow: true },
    also: ['The customer asks for a person.'],
  });
  expect(read.break_glass).toEqual({
    people: ['olga@example.com', 'ada@example.com'],
    expires_seconds: 300,
  });
  expect(read.content_capture?.by_class).toEqual({ 1: 'full', 2: 'full', 3: 'digest' });
  expect(read.when_service_unreachable).toBe('refuse');
});

test('what an answer leaves out is null, and what it adds is ignored', () => {
  const least = { run_id: 'r', workflow: 'w', owner: 'o', team: 't', status: 'a_newer_status', extra: 1 };
  const { items, next_cursor } = listOf(run).parse({ items: [least] });
  expect(next_cursor).toBeNull();
  expect(items[0]).toMatchObject({ status: 'a_newer_status', cost: null, ended_at: null });
});

test('a sum that is not a decimal string is refused, never shown as if it were one', () => {
  const wrong = { ...evidenceOf(false), cost: { usd: 0.1 + 0.2, calls: 2, unpriced_calls: 0 } };
  expect(evidence.safeParse(wrong).success).toBe(false);
});
