import { comparePolicies, decide, policyVersion, requirements } from '@tollgate/contract';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { FILE_RULES } from '../../src/policy/compare/file-rules.ts';
import { CONSTRAINT_RULES } from '../../src/policy/compare/scope-changes.ts';
import { TOOL_RULES } from '../../src/policy/compare/tool-rules.ts';
import { constraint } from '../../src/workflow/constraint.ts';
import { workflowFile } from '../../src/workflow/schema.ts';
import { WORKFLOW_YAML, workflow } from '../fixtures.ts';
import { callsOf, momentsOf, pairs } from './compare-arbitraries.ts';

/** Paths of all that a schema can hold, objects entered, lists and records taken whole. */
function leaves(schema: unknown, path: string): string[] {
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodDefault) return leaves(schema.unwrap(), path);
  if (!(schema instanceof z.ZodObject)) return [path];
  return Object.entries(schema.shape).flatMap(([key, below]) =>
    leaves(below, path === '' ? key : `${path}.${key}`),
  );
}

test('there is a rule for each thing that a file can say, and for nothing else', () => {
  const { tools, ...rest } = workflowFile.shape;
  expect(Object.keys(FILE_RULES).sort()).toEqual(
    Object.entries(rest)
      .flatMap(([key, below]) => leaves(below, key))
      .sort(),
  );
  expect([...Object.keys(TOOL_RULES), 'scope'].sort()).toEqual(leaves(tools.element, '').sort());
  const object = constraint.options.find((option) => option instanceof z.ZodObject);
  expect(Object.keys(CONSTRAINT_RULES).sort()).toEqual(leaves(object, '').sort());
});

const change = (from: string, to: string) => {
  const after = WORKFLOW_YAML.replace(from, to);
  expect(after).not.toBe(WORKFLOW_YAML);
  return comparePolicies(workflow(), workflow(after)).map(
    ({ path, effect, why }) => `${effect} ${path}: ${why}`,
  );
};

test.each<[string, string, RegExp[]]>([
  ['per_run: "0.50"', 'per_run: 5', [/^loosens budget.per_run: .*higher/]],
  ['per_run: "0.50"', 'per_run: "0.500"', [/^neutral budget.per_run/]],
  ['errors: 5', 'errors: 4', [/^tightens stops_when.errors/]],
  ['errors: 5', 'errors: 5, spend_usd: 0.2', [/^tightens stops_when.spend_usd/]],
  ["'T-\\d+'", "'T-\\d*'", [/^unclear tools.add_note.scope\[ticket\].pattern/]],
  ['max_length: 200', 'max_length: 200, optional: true', [/^loosens tools.add_note.scope\[note\].optional/]],
  ['[question, defect]', '[question]', [/^tightens tools.add_note.scope\[kind\].one_of/]],
  [
    '{ticket: any, body: any}',
    '{ticket: any, body: {max_length: 9}}',
    [/^tightens .*\[body\].max_length/, /^tightens .*\[body\].optional/],
  ],
  [
    '{ticket: any, body: any}',
    '{ticket: any}',
    [/^tightens tools.send_reply.scope\[body\]: the argument is refused/],
  ],
  [
    '{ticket: any, body: any}',
    '{ticket: any, body: any, cc: any}',
    [/^loosens tools.send_reply.scope\[cc\]/],
  ],
  [
    'approvers: [lee@example.com]',
    'approvers: [lee@example.com, group:ops]',
    [/^loosens .*approvers: .*adds group:ops/],
  ],
  ['expires: 10m', 'expires: 600s', [/^neutral tools.send_reply.approval.expires/]],
  ['risks: [customer]', 'risks: []', [/^loosens risks/]],
  ['[delete_ticket]', '[]', [/^neutral blocked_tools/]],
  [
    'incident:',
    'break_glass: {people: [sam@example.com]}\nincident:',
    [/^loosens break_glass.people/, /^loosens break_glass.expires/],
  ],
  [
    '{people: [sam@example.com]}',
    '{people: [sam@example.com], from_severity: warning}',
    [/^tightens incident.from_severity/],
  ],
  [
    '{people: [sam@example.com]}',
    '{people: [sam@example.com], suspend_workflow: true}',
    [/^tightens incident.suspend_workflow/],
  ],
  ['incident:', 'content: {capture: full}\nincident:', [/^neutral content.capture/]],
  [
    'incident:',
    'content: {by_class: {3: off}}\nincident:',
    [/^unclear content.by_class.3: less can be inspected/],
  ],
  ['incident:', 'content: {mask_secrets: false}\nincident:', [/^loosens content.mask_secrets/]],
  ['incident:', 'when_service_unreachable: allow_class_1\nincident:', [/^loosens when_service_unreachable/]],
  [
    '    action: search\n',
    '    action: search\n    raise_to: 2\n    scope: {q: any}\n    rollback: none\n',
    [
      /^tightens tools.search_tickets.raise_to: class 1 → class 2/,
      /^loosens tools.search_tickets.rollback/,
      /^loosens tools.search_tickets.scope/,
    ],
  ],
])('%s → %s', (from, to, expected) => {
  const said = change(from, to);
  expect(said).toHaveLength(expected.length);
  for (const each of expected)
    expect(
      said.some((line) => each.test(line)),
      said.join('\n'),
    ).toBe(true);
});

test('a risk says which tools it raises, and a tool that gains its gate with its class is tightened', () => {
  const base = WORKFLOW_YAML.replace('action: create_internal_record', 'action: open_pull_request').replace(
    'create_internal_record',
    'open_pull_request',
  );
  const gated = base
    .replace('risks: [customer]', 'risks: [customer, production]')
    .replace('of {ticket}\n', 'of {ticket}\n    approval: {approvers: [lee@example.com]}\n');
  const changes = comparePolicies(workflow(base), workflow(gated));
  expect(changes.map(({ path, effect }) => [path, effect])).toEqual([
    ['risks', 'tightens'],
    ['tools.add_note.approval', 'tightens'],
  ]);
  expect(changes[0]?.why).toContain('add_note is class 3, was 2');
  const back = comparePolicies(workflow(gated), workflow(base));
  expect(back.map(({ effect }) => effect)).toEqual(['loosens', 'loosens']);
});

test('two files compare as equal exactly where they have one policy version', () => {
  fc.assert(
    fc.property(pairs, ({ before, after }) => {
      expect(comparePolicies(before, before)).toEqual([]);
      const differ = policyVersion(before) !== policyVersion(after);
      expect(comparePolicies(before, after).length > 0).toBe(differ);
    }),
    { numRuns: 200 },
  );
});

test('a constrained argument gives way to a field of it: what holds the field was refused, so that loosens', () => {
  const of = (scope: string) => workflow(WORKFLOW_YAML.replace('{ticket: any, body: any}', scope));
  const before = of('{ticket: any, body: {max_length: 9, optional: true}}');
  const after = of('{ticket: any, body.text: {max_length: 9}}');
  const changes = comparePolicies(before, after).filter(({ path }) => path.includes('[body]'));
  expect(changes).toMatchObject([
    { effect: 'loosens', why: expect.stringContaining('that its constraint refused') },
  ]);
  const fromAny = comparePolicies(workflow(), after).filter(({ path }) => path.includes('[body]'));
  expect(fromAny).toMatchObject([{ effect: 'tightens' }]);
});

test('where nothing loosens, no call is answered more freely, and no class falls', () => {
  let allowed = 0;
  fc.assert(
    fc.property(pairs, ({ before, after }) => {
      const changes = comparePolicies(before, after);
      fc.pre(
        changes.length > 0 && changes.every(({ effect }) => effect === 'tightens' || effect === 'neutral'),
      );
      const [old, now] = [requirements(before), requirements(after)];
      for (const { tool, action_class } of now.allowed_tools) {
        const was = old.allowed_tools.find((each) => each.tool === tool)?.action_class ?? 3;
        expect(was).toBeLessThanOrEqual(action_class);
        const calls = callsOf(tool);
        const accepted = calls.find((call) => decide(now, call).verdict !== 'deny');
        for (const call of [...calls, ...(accepted === undefined ? [] : momentsOf(accepted))]) {
          const verdict = decide(now, call).verdict;
          if (verdict === 'deny') continue;
          allowed += 1;
          const earlier = decide(old, call);
          // What was refused may wait for a person where the class of the tool rose, and never run by itself.
          if (verdict === 'allow') expect(earlier.verdict).toBe('allow');
          else if (action_class === was) expect(earlier.verdict).not.toBe('deny');
        }
      }
    }),
    { numRuns: 250 },
  );
  expect(allowed).toBeGreaterThan(1000);
});
