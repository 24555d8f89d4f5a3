import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseWorkflow } from '@tollgate/contract';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { atTerminal } from '../support/terminal.ts';
import { tollgate } from '../support/tollgate.ts';

const ANSWERS = {
  workflow: 'refunds',
  owner: { name: 'Ana Cruz', email: 'ana@example.com' },
  team: 'billing',
  data: ['orders'],
  risks: ['billing'],
  tools: [
    { name: 'read_order', action: 'read', reads: ['orders'] },
    {
      name: 'refund',
      action: 'change_billing',
      scope: { order: { pattern: 'O-\\d+' }, cents: { min: 1, max: 5000 } },
      rollback: 'Charge {order} again: "with consent" # only',
      approval: { approvers: ['group:billing'] },
    },
  ],
  budget: { per_run: 0.5 },
  review: { sample_rate: 0.2, deadline: '48h', reviewers: ['kim@example.com'] },
  stops_when: {},
  failure: ['A customer is paid twice'],
  rollback: 'The owner charges the refunds of the run again',
  incident: { people: ['ana@example.com'] },
};

let directory: string;
let answers: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'tollgate-init-'));
  answers = join(directory, 'answers.json');
  await writeFile(answers, JSON.stringify(ANSWERS));
});
afterAll(() => rm(directory, { recursive: true, force: true }));

test('writes a commented file from answers, says what is next, and overwrites only when told to', async () => {
  const file = join(directory, 'refunds.yaml');
  const { code, stdout, stderr } = await tollgate(['init', file, '--answers', answers]);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(stdout).toContain(`tollgate plan ${file}`);
  expect(stdout).toContain(`tollgate register ${file}`);
  const text = await readFile(file, 'utf8');
  const parsed = parseWorkflow(text);
  expect(parsed).toMatchObject({ kind: 'valid', workflow: { actions: ['read', 'change_billing'] } });
  expect(text).toContain('# Class 3: changes what someone is charged');
  expect(text).toContain('# break_glass:');

  await writeFile(file, 'precious');
  const again = await tollgate(['init', file, '--answers', answers]);
  expect(again).toMatchObject({ code: 1, stdout: '' });
  expect(again.stderr).toContain('--force');
  expect(await readFile(file, 'utf8')).toBe('precious');
  expect((await tollgate(['init', file, '--answers', answers, '--force'])).code).toBe(0);
  expect(await readFile(file, 'utf8')).toBe(text);
});

test('names each answer that is wrong, and writes nothing', async () => {
  const wrong = join(directory, 'wrong.json');
  await writeFile(wrong, JSON.stringify({ ...ANSWERS, tema: 'x', risks: ['bilng'], incident: undefined }));
  const file = join(directory, 'never.yaml');
  const { code, stderr } = await tollgate(['init', file, '--answers', wrong]);
  expect(code).toBe(1);
  expect(stderr).toMatch(/risks\[0\]: .*did you mean "billing"/);
  expect(stderr).toMatch(/tema: unknown field/);
  expect(stderr).toContain('Nothing was written');
  await expect(readFile(file)).rejects.toThrow('ENOENT');
});

test('without a terminal and without answers it asks for answers, whose schema it prints', async () => {
  const [silent, schema] = await Promise.all([tollgate(['init']), tollgate(['init', '--answers-schema'])]);
  expect(silent).toMatchObject({ code: 1, stdout: '' });
  expect(silent.stderr).toContain('--answers FILE');
  const { required } = JSON.parse(schema.stdout) as { required: string[] };
  expect(required).toContain('owner');
  expect(required).not.toContain('actions');
});

test('asks a person at a terminal, refuses an answer that no file may hold, and writes what was answered', async () => {
  const enter = '\r';
  const [down, space] = ['\u001b[B', ' '];
  const { code, screen } = await atTerminal(['init'], directory, [
    ['business process', `Weekly Digest${enter}`],
    ['use lower-case letters', `${'\u007f'.repeat(13)}weekly-digest${enter}`],
    ['What does it do', enter],
    ['accountable for it', `Ana Cruz${enter}`],
    ['Their e-mail', `ana@example.com${enter}`],
    ['Which team', `product${enter}`],
    ['Which data sources', `commits, tickets${enter}`],
    ['Which risks', `${space}${enter}`],
    ['by the name that the agent', `read_commits${enter}`],
    ['What does read_commits do', `${down.repeat(7)}${enter}`],
    ['What does read_commits read', `${space}${enter}`],
    ['Another tool', `n${enter}`],
    ['denied calls', enter],
    ['failed calls', enter],
    ['When else', enter],
    ['failure look like', `It names a change that is not there${enter}`],
    ['And', enter],
    ['one run cost', `0.25${enter}`],
    ['one day', enter],
    ['one month', enter],
    ['class-1 tools go on', enter],
  ]);
  expect(code, screen).toBe(0);
  expect(screen).toContain('tollgate plan weekly-digest.workflow.yaml');
  const parsed = parseWorkflow(await readFile(join(directory, 'weekly-digest.workflow.yaml'), 'utf8'));
  expect(parsed).toMatchObject({
    kind: 'valid',
    workflow: {
      workflow: 'weekly-digest',
      owner: { name: 'Ana Cruz', email: 'ana@example.com' },
      data: ['commits', 'tickets'],
      risks: ['customer'],
      tools: [{ name: 'read_commits', action: 'read', reads: ['commits'] }],
      stops_when: { denials: 3, errors: 5 },
      budget: { per_run: '0.25' },
      when_service_unreachable: 'refuse',
    },
  });
});

test('Ctrl-C ends the questions, and nothing is written', async () => {
  const { code, screen } = await atTerminal(['init', 'interrupted.yaml'], directory, [
    ['business process', '\u0003'],
  ]);
  expect(code).toBe(1);
  expect(screen).toContain('Interrupted; nothing was written.');
  await expect(readFile(join(directory, 'interrupted.yaml'))).rejects.toThrow('ENOENT');
});
