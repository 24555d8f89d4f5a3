import { parseWorkflow } from '@tollgate/contract';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { newNotification } from '../../src/incidents/notification.ts';
import { notificationBody } from '../../src/incidents/payload.ts';
import type { NotificationRow } from '../../src/state/incident-tables.ts';
import { yamlWithPath } from './flags.ts';

const slackSection = z.object({ text: z.object({ text: z.string(), verbatim: z.boolean().optional() }) });

const NOW = 1_800_000_000_000_000_000n;

function notification(
  kind: 'standard' | 'slack',
  changes: Partial<NotificationRow> = {},
  purpose: NotificationRow['purpose'] = 'incident',
): NotificationRow {
  const path = `{ people: [owner@example.com], webhook: "https://hooks.example.com/x", webhook_kind: ${kind} }`;
  const parsed = parseWorkflow(yamlWithPath(path));
  if (parsed.kind === 'invalid') throw new Error(JSON.stringify(parsed.issues));
  const version = { workflow: 'ops-deploy', policy_version: 'p', owner: 'owner@example.com', team: 'ops' };
  const about = {
    purpose,
    flag_id: 'flag-1',
    control: 'approval_matches',
    run_id: 'run-1',
  };
  const row = newNotification('n-1', version, parsed.workflow, { ...about, severity: 'critical' }, NOW);
  return { ...row, ...changes };
}

test('the form that Slack takes: text and blocks, the rule, the owner, the deadline and the link', () => {
  const body = JSON.parse(notificationBody(notification('slack'), 'https://tollgate.example'));
  expect(Object.keys(body)).toEqual(['text', 'blocks']);
  expect(body.text).toContain('https://tollgate.example/flags/flag-1');
  const shown = JSON.stringify(body.blocks);
  for (const part of [
    'approved exactly what was executed',
    'owner@example.com',
    '2027-01-15T08:30:00.000Z',
    'run-1',
  ])
    expect(shown).toContain(part);
});

test('no text becomes a link or mentions somebody in Slack: the console is the one link', () => {
  const hostile = { owner: '<!channel>&<https://evil.example|click>', control: '<@U1>' };
  const row = notification('slack', hostile);
  const { text, blocks } = JSON.parse(notificationBody(row, 'https://tollgate.example/?a=1|b&c=<'));
  const texts = z.array(slackSection).parse(blocks);
  // Without it, Slack links addresses and names that are written without any brackets.
  expect(texts.map(({ text: { verbatim } }) => verbatim)).toEqual([true, true, true]);
  const shown = texts.map((each) => each.text.text);
  expect(shown.pop()).toBe('<https://tollgate.example/?a=1%7Cb&amp;c=&lt;/flags/flag-1>');
  for (const each of [text, ...shown]) {
    expect(each).not.toMatch(/[<>]/);
    expect(each).not.toMatch(/&(?!amp;|lt;|gt;)/);
  }
  expect(shown.join()).toContain('&lt;!channel&gt;&amp;');
});

test('where nobody said where the console is, there is a path and no link', () => {
  expect(notificationBody(notification('slack'), '')).not.toMatch(/[<>]/);
});

test('a test says that it is one, in both forms, and leads to the workflow', () => {
  const test_ = { purpose: 'test' as const, flag_id: null, control: null, run_id: null };
  const standard = JSON.parse(notificationBody(notification('standard', test_), 'https://t.example'));
  expect(standard).toMatchObject({
    type: 'incident.test',
    data: { flag_id: null, rule: null, link: 'https://t.example/workflows/ops-deploy' },
  });
  expect(notificationBody(notification('slack', test_), '')).toContain(
    'Test of the incident path of ops-deploy',
  );
});

test('an incident is tried for a day, a test for ten minutes: its sender waits, and sends another', () => {
  const tried = (purpose: 'incident' | 'test') => {
    const { give_up_at, opened_at } = notification('standard', {}, purpose);
    return Number(BigInt(give_up_at) - BigInt(opened_at)) / 1e9;
  };
  expect([tried('incident'), tried('test')]).toEqual([86_400, 600]);
});
