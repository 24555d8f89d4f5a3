import { parseWorkflow, policyVersion, validateWorkflow } from '@tollgate/contract';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { WORKFLOW_YAML, workflow } from '../fixtures.ts';

function issuesOf(yaml: string) {
  const result = parseWorkflow(yaml);
  return result.kind === 'invalid' ? result.issues : [];
}

test('a complete file is valid, and its policy version ignores comments and order but not meaning', () => {
  const version = policyVersion(workflow());
  expect(version).toMatch(/^sha256:[0-9a-f]{64}$/);
  expect(policyVersion(workflow(`# a comment\n${WORKFLOW_YAML}`))).toBe(version);
  const [first, ...rest] = WORKFLOW_YAML.split('\n');
  expect(policyVersion(workflow([...rest, first].join('\n')))).toBe(version);
  expect(policyVersion(workflow(WORKFLOW_YAML.replace('"0.50"', '"0.51"')))).not.toBe(version);
});

test.each([
  [
    'a misspelt action names its line and the right word',
    ['action: search', 'action: serch'],
    { line: 10, message: /did you mean "search"/ },
  ],
  [
    'an unknown field',
    ['rollback: Delete', 'rolback: Delete'],
    { line: 19, message: /unknown field "rolback"; did you mean "rollback"/ },
  ],
  [
    'data that the workflow may not read',
    ['reads: [tickets]', 'reads: [salaries]'],
    { line: 11, message: /may not read "salaries"/ },
  ],
  [
    'an action outside the list',
    ['actions: [search, ', 'actions: ['],
    { line: 10, message: /not among the workflow's actions/ },
  ],
  [
    'a lowered class',
    ['    scope: {ticket: any, body: any}', '    scope: {ticket: any, body: any}\n    raise_to: 2'],
    { line: 23, message: /nothing lowers a class/ },
  ],
  [
    'a class-3 tool without approval',
    ['    approval: {approvers: [lee@example.com], expires: 10m}\n', ''],
    { line: 20, message: /needs an approval/ },
  ],
  [
    'a class-2 tool without rollback note',
    ['    rollback: Delete the note of {ticket}\n', ''],
    { line: 12, message: /needs a rollback note/ },
  ],
  [
    'a tool that is listed and blocked',
    ['[delete_ticket]', '[add_note]'],
    { line: 12, message: /listed and blocked/ },
  ],
  [
    'a missing owner',
    ['owner: {name: Sam Ortiz, email: sam@example.com}\n', ''],
    { line: 1, message: /owner is missing/ },
  ],
  [
    'an owner who is nobody',
    ['owner: {name: Sam Ortiz, email: sam@example.com}', 'owner: {name: "", email: nobody}'],
    { line: 3, message: /few words/ },
  ],
  [
    'a class-3 workflow without incident path',
    ['incident: {people: [sam@example.com]}\n', ''],
    { line: 1, message: /incident is missing/ },
  ],
  ['a negative budget', ['per_run: "0.50"', 'per_run: "-1"'], { line: 26, message: /not negative/ }],
  ['an empty constraint', ['{max_length: 200}', '{}'], { line: 17, message: /any/ }],
  ['a duplicate key', ['team: support', 'team: support\nteam: sales'], { line: 5, message: /unique/i }],
] as const)('%s', (_, [from, to], expected) => {
  const broken = WORKFLOW_YAML.replace(from, to);
  expect(broken).not.toBe(WORKFLOW_YAML);
  const issues = issuesOf(broken);
  expect(
    issues.some(
      (issue) => issue.line === expected.line && expected.message.test(`${issue.path} ${issue.message}`),
    ),
    JSON.stringify(issues),
  ).toBe(true);
});

test('no text makes the parser throw, and what is valid once is valid again as JSON', () => {
  fc.assert(
    fc.property(
      fc.nat(WORKFLOW_YAML.length),
      fc.nat(40),
      fc.string({ unit: 'binary', maxLength: 20 }),
      (at, cut, text) => {
        const mutated = WORKFLOW_YAML.slice(0, at) + text + WORKFLOW_YAML.slice(at + cut);
        const result = parseWorkflow(mutated);
        if (result.kind === 'invalid') expect(result.issues.length).toBeGreaterThan(0);
        else expect(validateWorkflow(result.workflow).kind).toBe('valid');
      },
    ),
    { numRuns: 300 },
  );
});

test('alias bombs and huge files are refused', () => {
  const bomb = `a: &a [x,x,x,x,x,x,x,x,x]\n${'bcdefghi'
    .split('')
    .map((k, i) => `${k}: &${k} [${Array(9).fill(`*${'abcdefgh'[i]}`).join(',')}]`)
    .join('\n')}\n`;
  expect(issuesOf(bomb)[0]?.message).toMatch(/aliases/);
  expect(issuesOf('x'.repeat(300_000))[0]?.message).toMatch(/longer/);
});
