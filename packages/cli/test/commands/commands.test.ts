import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { parseWorkflow, RUNTIME_REQUIREMENTS, requirements } from '@tollgate/contract';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { tollgate } from '../support/tollgate.ts';

const FILE = 'demo-workflows/support-triage-and-reply.workflow.yaml';

let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'tollgate-cli-'));
});
afterAll(() => rm(directory, { recursive: true, force: true }));

async function workflowText(): Promise<string> {
  return readFile(new URL(`../../${FILE}`, import.meta.url), 'utf8');
}

describe('tollgate plan', () => {
  test('prints the eight requirements as a table', async () => {
    const { code, stdout } = await tollgate(['plan', FILE]);
    expect(code).toBe(0);
    for (const name of RUNTIME_REQUIREMENTS) expect(stdout).toContain(name.replaceAll('_', ' '));
    expect(stdout).toContain('every tool that is not listed');
  });

  test('prints as JSON what the pure function says, as the README shows it', async () => {
    const readme = await readFile(new URL('../../README.md', import.meta.url), 'utf8');
    const [, example = ''] = /```sh\ntollgate (.*)\n```/.exec(readme) ?? [];
    const { stdout } = await tollgate(example.split(' '));
    const parsed = parseWorkflow(await workflowText());
    if (parsed.kind === 'invalid') throw new Error(JSON.stringify(parsed.issues));
    expect(JSON.parse(stdout)).toEqual(JSON.parse(JSON.stringify(requirements(parsed.workflow))));
  });

  test('works as the README of the repository prints it', async () => {
    const root = new URL('../../../../', import.meta.url);
    const readme = await readFile(new URL('README.md', root), 'utf8');
    const [, command = ''] = /```sh\n(npm run -s tollgate -- plan .*)\n```/.exec(readme) ?? [];
    const { stdout } = await promisify(execFile)('bash', ['-c', command], { cwd: fileURLToPath(root) });
    expect(stdout).toContain('policy version sha256:');
  });

  test('names file, line and what to write, and exits with 1', async () => {
    const file = join(directory, 'broken.yaml');
    const text = (await workflowText()).replace(/^team: .*$/m, 'tema: support');
    await writeFile(file, text);
    const line = text.split('\n').findIndex((each) => each.startsWith('tema')) + 1;
    const { code, stderr, stdout } = await tollgate(['plan', file]);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toMatch(new RegExp(`^${file}:${line}:\\d+: tema: .*did you mean "team"`, 'm'));
    expect(stderr).not.toContain('    at ');
  });

  test('says plainly that there is no such file', async () => {
    const { code, stderr } = await tollgate(['plan', 'no-such.yaml']);
    expect({ code, stderr }).toEqual({
      code: 1,
      stderr: 'Cannot read no-such.yaml: there is no such file\n',
    });
  });
});

describe('commands that need a service', () => {
  const nowhere = ['--url', 'http://127.0.0.1:1'];

  test.each([
    ['register', ['register', FILE]],
    ['approvals list', ['approvals', 'list']],
    ['approvals approve', ['approvals', 'approve', 'some-id', '--reason', 'fine']],
  ])('%s says what is missing, without a stack', async (_, args) => {
    const noToken = await tollgate([...args, ...nowhere], { TOLLGATE_TOKEN: '' });
    expect(noToken.code).toBe(1);
    const unreachable = await tollgate([...args, ...nowhere, '--token', 'tgp_x_y']);
    expect(unreachable).toMatchObject({ code: 1, stdout: '' });
    expect(unreachable.stderr).toContain('does not answer. Start it with `tollgate up`');
    expect(unreachable.stderr).not.toContain('    at ');
  });

  test('doctor tells what answers, and exits with 1 where something does not', async () => {
    const { code, stdout } = await tollgate(['doctor', ...nowhere, '--otlp-url', 'http://127.0.0.1:1']);
    expect(code).toBe(1);
    expect(stdout).toMatch(/Node\s+│ ok/);
    expect(stdout).toMatch(/query service\s+│ FAILED/);
  });
});

test.each([[['--help']], [['up', '--help']], [['approvals', '--help']]])(
  '%s explains itself',
  async (args) => {
    const { code, stdout } = await tollgate(args);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^Usage: tollgate/);
  },
);

test('an unknown command and an impossible port are refused', async () => {
  expect((await tollgate(['fly'])).code).toBe(1);
  const { code, stderr } = await tollgate(['up', '--port', '70000']);
  expect(code).toBe(1);
  expect(stderr).toContain('a port is a number from 0 to 65535');
});

describe('a ClickHouse server that cannot be used', () => {
  const up = ['up', '--no-demo', '--port', '0', '--otlp-port', '0', '--data'];

  test('an address that is none is refused with an example', async () => {
    for (const args of [
      ['--clickhouse-url', 'not-a-url'],
      ['--clickhouse-url', 'tcp://localhost:9000'],
    ]) {
      const { code, stderr } = await tollgate([...up, join(directory, 'none'), ...args]);
      expect(code).toBe(1);
      expect(stderr).toContain('such as http://localhost:8123');
      expect(stderr).not.toContain('    at ');
    }
  });

  test('one that does not answer is named, with what to do, and nothing else is printed', async () => {
    const { code, stderr } = await tollgate([...up, join(directory, 'silent')], {
      CLICKHOUSE_URL: 'http://127.0.0.1:1',
    });
    expect(code).toBe(1);
    expect(stderr).toMatch(/^The ClickHouse server at http:\/\/127\.0\.0\.1:1 cannot be set up: .*\n$/);
  });
});
