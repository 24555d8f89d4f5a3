import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type {
  CanUseTool,
  HookCallback,
  Options,
  PermissionMode,
  SDKMessage,
} from '@anthropic-ai/claude-agent-sdk';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ToolCallWatch } from '../../src/adapters/claude-agent-sdk/tool-call-watch.ts';
import { ToolGate } from '../../src/adapters/claude-agent-sdk/tool-gate.ts';
import { governedQuery } from '../../src/adapters/claude-agent-sdk.ts';
import { requireRun } from '../../src/adapters/shared/require-run.ts';
import type { Tollgate } from '../../src/index.ts';
import { type House, openHouse, SAM } from '../support/house.ts';
import { looking } from './claude-agent-sdk/looking.ts';
import { bash, play, story } from './claude-agent-sdk/play.ts';
import { CODE_WORKFLOW } from './claude-agent-sdk/workflow.ts';

let house: House;
let tollgate: Tollgate;
beforeAll(async () => {
  house = await openHouse(CODE_WORKFLOW);
  tollgate = await house.start();
});
afterAll(() => house.close());

const PERMITTED = 'Bash executed within_scope';

const allowing: HookCallback = async () => ({
  hookSpecificOutput: {
    hookEventName: 'PreToolUse',
    permissionDecision: 'allow',
    updatedInput: { command: 'touch theirs', description: 'rewritten' },
  },
});
const slowly =
  (hook: HookCallback): HookCallback =>
  async (...args) => {
    await new Promise((resolve) => setTimeout(resolve, 200));
    return hook(...args);
  };
const yes: CanUseTool = async (_, updatedInput) => ({ behavior: 'allow', updatedInput });

test.each<PermissionMode>(['default', 'bypassPermissions', 'dontAsk', 'plan'])(
  'in mode %s a refusal stands, whatever hooks, rules and callbacks say, and what is executed is what was decided on',
  async (permissionMode) => {
    const { options, reader, found } = looking(
      {
        permissionMode,
        allowDangerouslySkipPermissions: permissionMode === 'bypassPermissions',
        allowedTools: ['Bash'],
        settings: {
          permissions: { allow: ['Bash', 'Bash(*)'] },
          disableAllHooks: true,
          env: { CLAUDE_CODE_SIMPLE: '1' },
        },
        canUseTool: yes,
        hooks: {
          PreToolUse: [{ hooks: [allowing] }, { hooks: [slowly(allowing)] }],
          PermissionRequest: [
            {
              hooks: [
                async () => ({
                  hookSpecificOutput: {
                    hookEventName: 'PermissionRequest',
                    decision: { behavior: 'allow', updatedInput: { command: 'touch theirs' } },
                  },
                }),
              ],
            },
          ],
        },
      },
      'theirs',
    );
    const answers = [bash('b1', 'rm -rf one'), bash('b2', 'touch ours')];
    const played = await play(house, tollgate, { answers, options, reader });
    expect(story(played)).toEqual(['Bash blocked out_of_scope', PERMITTED, 'Bash succeeded']);
    expect(played.read.get('b1')).toContain('out_of_scope');
    expect(found()).toBe(false);
  },
);

test('the application’s callback may say no, and what it edits is a new request', async () => {
  const said: string[] = [];
  const canUseTool: CanUseTool = async (_, input) => {
    said.push(String(input['command']));
    if (input['command'] === 'touch one') return { behavior: 'deny', message: 'not today' };
    return {
      behavior: 'allow',
      updatedInput: { ...input, command: said.length === 2 ? 'touch four' : 'rm x' },
    };
  };
  const { options, reader, found } = looking({ canUseTool }, 'four');
  const answers = [bash('b1', 'touch one'), bash('b2', 'touch two'), bash('b3', 'touch three')];
  const played = await play(house, tollgate, { answers, options, reader });
  expect(said).toEqual(['touch one', 'touch two', 'touch three']);
  expect(found()).toBe(true);
  expect(story(played)).toEqual([
    PERMITTED,
    'Bash failed',
    PERMITTED,
    'Bash failed',
    PERMITTED,
    'Bash succeeded',
    PERMITTED,
    'Bash failed',
    'Bash blocked out_of_scope',
  ]);
  expect(played.read.get('b1')).toContain('not today');
  expect(played.read.get('b3')).toContain('out_of_scope');
});

test('what another hook or a rule turns down after the gate is on record as not executed', async () => {
  const options: Options = { settings: { permissions: { deny: ['Bash(touch one)'] } } };
  const denying: HookCallback = async (input) =>
    JSON.stringify(input).includes('touch two')
      ? { hookSpecificOutput: { hookEventName: 'PreToolUse', permissionDecision: 'deny' } }
      : {};
  const answers = [bash('b1', 'touch one'), bash('b2', 'touch two')];
  const hooks = { PreToolUse: [{ hooks: [denying] }] };
  const played = await play(house, tollgate, { answers, options: { ...options, hooks } });
  expect(story(played)).toEqual([PERMITTED, 'Bash failed', PERMITTED, 'Bash failed']);
  const ends = played.spans.filter(({ record }) => record.outcome === 'failed');
  for (const { attributes } of ends)
    expect(attributes['tollgate.content.result']).toContain('it was not executed');
});

test('without hooks there is no gate, so there is no query', async () => {
  for (const options of [
    { extraArgs: { bare: null } },
    { env: { CLAUDE_CODE_SIMPLE: '1' } },
    { permissionPromptToolName: 'mcp__x__y' },
  ]) {
    const played = await play(house, tollgate, { answers: [], options });
    expect(played.result.error).toMatchObject({ code: 'invalid_request' });
    expect(played.requests.length).toBe(0);
  }
  expect(() => governedQuery(tollgate, { prompt: 'x' })).toThrow(/outside of tollgate.run/);
});

test('a query starts Claude Code when it is read or asked something, not when it is looked at', async () => {
  const options = { model: 'claude-sonnet-4-5', pathToClaudeCodeExecutable: '/nowhere/claude' };
  const { output, error } = await tollgate.run({ initiator: SAM }, async () => {
    const query = governedQuery(tollgate, { prompt: 'x', options });
    const same = await Promise.resolve(query);
    expect(typeof same.interrupt).toBe('function');
    return same.next();
  });
  expect(output).toBeUndefined();
  expect(String(error)).toContain('/nowhere/claude');
});

test('hooks that a file switches off all the same are missed before a tool runs', async () => {
  let file = '';
  const played = await play(house, tollgate, {
    answers: [bash('b1', 'touch ungoverned')],
    options: (directory) => {
      file = join(directory, 'ungoverned');
      const settings = join(directory, 'settings.json');
      writeFileSync(settings, JSON.stringify({ env: { CLAUDE_CODE_SIMPLE: '1' } }));
      return { settings };
    },
    ending: () => expect(existsSync(file)).toBe(false),
  });
  expect(played.result.error).toMatchObject({ message: expect.stringContaining('none of the hooks') });
});

test('an answer to a call that the gate never saw is a breach where it succeeded, and a refusal on record where it did not', async () => {
  const message = (type: string, block: object): SDKMessage =>
    JSON.parse(JSON.stringify({ type, message: { content: [block] }, parent_tool_use_id: null }));
  const asked = (id: string) => message('assistant', { type: 'tool_use', id, name: 'Bash', input: {} });
  const answered = (id: string, is_error: boolean) =>
    message('user', { type: 'tool_result', tool_use_id: id, is_error, content: 'no such thing' });
  const breaches: string[] = [];
  const { output } = await tollgate.run({ initiator: SAM }, async (run) => {
    const work: Promise<void>[] = [];
    const options = {
      gatedServers: new Set(''),
      names: {},
      details: {},
      passThrough: [],
      canUseTool: undefined,
    };
    const gate = new ToolGate(tollgate, requireRun(tollgate, 'test'), run.signal, options);
    const watch = new ToolCallWatch(
      gate,
      (refusal) => work.push(refusal),
      (name) => breaches.push(name),
    );
    for (const seen of [answered('0', false), asked('1'), answered('1', true), asked('2')]) watch.note(seen);
    expect(breaches).toEqual([]);
    watch.note(answered('2', false));
    await Promise.all(work);
    return run.refusals().map(({ message: words }) => words);
  });
  expect(breaches).toEqual(['Bash']);
  expect(output).toEqual([expect.stringContaining('no such thing')]);
});
