import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { comparePolicies, parseWorkflow, type Workflow } from '@tollgate/contract';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { tollgate } from '../support/tollgate.ts';

const FILE = new URL('../../demo-workflows/support-triage-and-reply.workflow.yaml', import.meta.url);

let directory: string;
let text: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'tollgate-diff-'));
  text = await readFile(FILE, 'utf8');
});
afterAll(() => rm(directory, { recursive: true, force: true }));

async function file(name: string, ...edits: readonly (readonly [string, string])[]): Promise<string> {
  const edited = edits.reduce((all, [from, to]) => all.replace(from, to), text);
  if (edits.length > 0) expect(edited).not.toBe(text);
  const path = join(directory, name);
  await writeFile(path, edited);
  return path;
}

function parsed(yaml: string): Workflow {
  const result = parseWorkflow(yaml);
  if (result.kind === 'invalid') throw new Error(JSON.stringify(result.issues));
  return result.workflow;
}

const LOOSER = ['per_run: "0.25"', 'per_run: "2.50"'] as const;
const TIGHTER = ['denials: 2', 'denials: 1'] as const;
const OTHER_PATTERN = ["'T-\\d{4}'", "'T-\\d+'"] as const;

test('what loosens comes first, with its field, both values and what it does', async () => {
  const [before, after] = [
    await file('before.yaml'),
    await file('after.yaml', TIGHTER, LOOSER, OTHER_PATTERN),
  ];
  const { code, stdout } = await tollgate(['plan', '--diff', before, after]);
  expect(code).toBe(0);
  const rows = stdout.split('\n').filter((line) => /│ (loosens|unclear|tightens|neutral) /.test(line));
  expect(rows.map((line) => line.split('│')[1]?.trim())).toEqual(['loosens', 'unclear', 'tightens']);
  expect(rows[0]).toMatch(/budget\.per_run .*0\.25 .*2\.50/);
  expect(stdout).toContain('3 differences: 1 loosen, 1 need a person to read them, 1 tighten');
});

test('--json says what the pure function says', async () => {
  const [before, after] = [await file('before.yaml'), await file('looser.yaml', LOOSER)];
  const { stdout } = await tollgate(['plan', '--json', '--diff', before, after]);
  const changes = comparePolicies(parsed(text), parsed(await readFile(after, 'utf8')));
  expect(JSON.parse(stdout)).toMatchObject({
    before: { file: before },
    after: { file: after },
    changes: JSON.parse(JSON.stringify(changes)),
  });
});

test('--fail-on-loosening ends with 1 where something loosens or may, and only there', async () => {
  const before = await file('before.yaml');
  const files = [
    await file('looser.yaml', LOOSER),
    await file('pattern.yaml', OTHER_PATTERN),
    await file('tighter.yaml', TIGHTER),
  ];
  const ended = files.map((each) => tollgate(['plan', '--fail-on-loosening', '--diff', before, each]));
  const [alone, ...codes] = await Promise.all([tollgate(['plan', '--fail-on-loosening', before]), ...ended]);
  expect(codes.map(({ code }) => code)).toEqual([1, 1, 0]);
  expect(alone?.stderr).toContain('--diff BEFORE AFTER');
});

test('two files of one policy are said to be the same, and a broken one is named', async () => {
  const [before, after] = [
    await file('before.yaml'),
    await file('comment.yaml', ['# Support', '# Helpdesk']),
  ];
  expect((await tollgate(['plan', '--diff', before, after])).stdout).toContain('are the same policy');
  const broken = await file('broken.yaml', ['team:', 'tema:']);
  const { code, stderr } = await tollgate(['plan', '--diff', broken, before]);
  expect(code).toBe(1);
  expect(stderr).toContain(`${broken} is not a valid workflow file`);
});

test('control characters of a file do not reach the terminal', async () => {
  const [before, after] = [await file('before.yaml'), await file('escape.yaml')];
  await writeFile(after, text.replace(/^description: .*$/m, 'description: "\\e[2J\\u202eSorts"'));
  const { stdout } = await tollgate(['plan', '--diff', before, after]);
  expect(stdout).toContain('[2J');
  for (const character of ['\u001b', '\u202e']) expect(stdout).not.toContain(character);
});
