import { parseWorkflow, policyVersion, requirements, validateWorkflow } from '@tollgate/contract';
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
  ['a number that is not exact', ['{max_length: 200}', '{max: 1e20}'], { line: 17, message: /in quotes/ }],
  [
    'half of a character',
    ['owner: {name: Sam Ortiz', 'owner: {name: "Sam \\ud800"'],
    { line: 3, message: /not well-formed/ },
  ],
  ['a pattern that could run for ages', ["'T-\\d+'", "'(?<!x)T'"], { line: 16, message: /look-around/ }],
  [
    'a stop condition above the budget',
    ['denials: 3, ', 'denials: 3, spend_usd: 3, '],
    { line: 28, message: /stops_when.spend_usd is above budget.per_run/ },
  ],
  [
    'glass that a group may break',
    ['incident:', 'break_glass: {people: [group:ops]}\nincident:'],
    { line: 31, message: /a group cannot break glass/ },
  ],
  [
    'glass that stays broken',
    ['incident:', 'break_glass: {people: [sam@example.com], expires: 2h}\nincident:'],
    { line: 31, message: /at most 1h/ },
  ],
  [
    'a misspelt word below a section',
    ['incident:', 'content: {mask_feilds: []}\nincident:'],
    { line: 31, message: /did you mean "mask_fields"/ },
  ],
  [
    'a masked field below no content',
    ['incident:', 'content: {mask_fields: [argument.iban]}\nincident:'],
    { line: 31, message: /did you mean "arguments"/ },
  ],
  [
    'a masked field without a name',
    ['incident:', 'content: {mask_fields: [result]}\nincident:'],
    { line: 31, message: /name a field below result/ },
  ],
  [
    'a mask that matches everywhere',
    ['incident:', 'content: {mask_patterns: ["x*"]}\nincident:'],
    { line: 31, message: /matches the empty text/ },
  ],
  [
    'a capture that is none',
    ['incident:', 'content: {by_class: {3: of}}\nincident:'],
    { line: 31, message: /did you mean "off"/ },
  ],
  [
    'a webhook without a protocol that can be posted to',
    ['{people: [sam@example.com]}', '{people: [sam@example.com], webhook: "file:///etc/passwd"}'],
    { line: 31, message: /starts with https/ },
  ],
  [
    'a webhook with a password in its URL',
    ['{people: [sam@example.com]}', '{people: [sam@example.com], webhook: "https://a:b@example.com/"}'],
    { line: 31, message: /leave name and password out/ },
  ],
  [
    'the kind of a webhook that is not there',
    ['{people: [sam@example.com]}', '{people: [sam@example.com], webhook_kind: slack}'],
    { line: 31, message: /no webhook/ },
  ],
  [
    'an incident that may wait for ages',
    ['{people: [sam@example.com]}', '{people: [sam@example.com], acknowledge_within: 30d}'],
    { line: 31, message: /at most 7d/ },
  ],
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

test('a file that does not use a new section keeps its policy version, and gets the defaults', () => {
  expect(policyVersion(workflow())).toBe(
    'sha256:e9b0fe009ad9287d2e0d269d8acc69c409baeb50b425bc2f292c7560c3871d3b',
  );
  expect(requirements(workflow())).toMatchObject({
    break_glass: null,
    incident_path: {
      people: ['sam@example.com'],
      webhook: null,
      from_severity: 'critical',
      acknowledge_within_seconds: 1800,
      suspend_workflow: false,
    },
    stops_when: { suspend_workflow: false },
    content_capture: {
      by_class: { 1: 'full', 2: 'full', 3: 'full' },
      default: 'full',
      mask_secrets: true,
      mask_patterns: [],
      mask_fields: [],
      max_characters: 262_144,
    },
  });
});

test('the sections on content, breaking glass and stopping reach the requirements', () => {
  const policy = requirements(
    workflow(
      `${WORKFLOW_YAML.replace('denials: 3, ', 'denials: 3, spend_usd: 0.4, suspend_workflow: true, ')}
break_glass: {people: [ana@example.com]}
content:
  capture: digest
  by_class: {1: full, 3: off}
  mask_secrets: false
  mask_patterns: ['\\bDE\\d{20}\\b']
  mask_fields: [arguments.customer.iban, 'result.items.*.token']
  max_characters: 1000
`,
    ),
  );
  expect(policy).toMatchObject({
    break_glass: { people: ['ana@example.com'], expires_seconds: 300 },
    stops_when: { denials: 3, spend_usd: '0.4', suspend_workflow: true },
    content_capture: {
      by_class: { 1: 'full', 2: 'digest', 3: 'off' },
      default: 'digest',
      mask_secrets: false,
      mask_patterns: ['\\bDE\\d{20}\\b'],
      mask_fields: ['arguments.customer.iban', 'result.items.*.token'],
      max_characters: 1000,
    },
  });
});

test('an incident path reaches the requirements, but for its URL, which may be a secret', () => {
  const path =
    '{people: [sam@example.com], acknowledge_within: 10m, webhook: "https://hooks.example.com/T0/unguessable", webhook_kind: slack, from_severity: warning, suspend_workflow: true}';
  const policy = requirements(workflow(WORKFLOW_YAML.replace('{people: [sam@example.com]}', path)));
  expect(policy.incident_path).toEqual({
    people: ['sam@example.com'],
    webhook: { host: 'hooks.example.com', kind: 'slack' },
    from_severity: 'warning',
    acknowledge_within_seconds: 600,
    suspend_workflow: true,
  });
  expect(JSON.stringify(policy)).not.toContain('unguessable');
});
