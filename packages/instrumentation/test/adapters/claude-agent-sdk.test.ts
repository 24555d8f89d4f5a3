import { fileURLToPath } from 'node:url';
import { type CanUseTool, tool } from '@anthropic-ai/claude-agent-sdk';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { gatedServer } from '../../src/adapters/claude-agent-sdk.ts';
import type { Tollgate } from '../../src/index.ts';
import { type House, openHouse } from '../support/house.ts';
import { looking } from './claude-agent-sdk/looking.ts';
import { asking, asks, bash, play, says, story, USAGE } from './claude-agent-sdk/play.ts';
import { CODE_WORKFLOW } from './claude-agent-sdk/workflow.ts';

let house: House;
let tollgate: Tollgate;
beforeAll(async () => {
  house = await openHouse(CODE_WORKFLOW);
  tollgate = await house.start();
});
afterAll(() => house.close());

const PERMITTED = 'Bash executed within_scope';

test('Claude Code’s own tools: what policy allows runs and is on record with its result, the rest is told why not', async () => {
  const { options, reader, found } = looking({}, 'one');
  const answers = [
    bash('b1', 'touch one'),
    bash('b2', 'rm -rf one'),
    asks('n1', 'Nothing', {}),
    { content: [asking('m1', 'Bash', '{"command": "tou')], usage: USAGE },
    bash('b3', 'exit 3'),
  ];
  const played = await play(house, tollgate, { answers, options, reader });
  expect(found()).toBe(true);
  expect(story(played)).toEqual([
    PERMITTED,
    'Bash succeeded',
    'Bash blocked out_of_scope',
    'Nothing blocked tool_not_listed',
    'Bash blocked out_of_scope',
    PERMITTED,
    'Bash failed',
  ]);
  expect(played.read.get('b2')).toContain('command: expected a text that matches');
  expect(played.read.get('b2')).toContain('not executed');
  const [, done] = played.spans.filter(({ record }) => record.tool === 'Bash');
  expect(done?.attributes['tollgate.content.result']).toContain('"stdout"');
  expect(played.result.status).toBe('completed');
});

test('a tool of an MCP server in another process waits for a person, under its name in the workflow file', async () => {
  const args = [
    '--conditions=tollgate-source',
    fileURLToPath(new URL('claude-agent-sdk/mcp-server.ts', import.meta.url)),
  ];
  const playing = play(house, tollgate, {
    answers: [asks('i1', 'mcp__tracker__create_issue', { title: 'fire' })],
    options: { tools: [], mcpServers: { tracker: { command: process.execPath, args, alwaysLoad: true } } },
    governed: { names: { mcp__tracker__create_issue: 'create_issue' } },
  });
  await house.decideNext('approve', 'it burns');
  const played = await playing;
  expect(story(played)).toEqual([
    'create_issue waiting approval_required',
    'create_issue executed approval_granted',
    'create_issue succeeded',
  ]);
  expect(played.spans.at(-3)?.attributes['tollgate.content.result']).toBe('{"created":"fire"}');
});

test('a sub-agent’s tools ask the same gate', async () => {
  const { options, reader, found } = looking(
    {
      agents: {
        worker: { description: 'works', prompt: 'You are the worker.', permissionMode: 'bypassPermissions' },
      },
    },
    'sub',
  );
  const worker = [bash('s1', 'rm -rf sub'), bash('s2', 'touch sub'), says('done')];
  const outer = [
    asks('a1', 'Agent', { description: 'x', prompt: 'x', subagent_type: 'worker', run_in_background: false }),
    says('done'),
  ];
  const played = await play(house, tollgate, {
    answers: ({ system }) =>
      (JSON.stringify(system).includes('You are the worker.') ? worker : outer).shift() ?? says(''),
    options,
    reader,
    governed: { names: { Agent: 'delegate' } },
  });
  expect(found()).toBe(true);
  expect(story(played)).toEqual([
    'delegate executed class_1_allowed',
    'Bash blocked out_of_scope',
    PERMITTED,
    'Bash succeeded',
    'delegate succeeded',
  ]);
});

test('an in-process tool is gated in its handler, under its own name; what it says is on record without its envelope', async () => {
  const seen: unknown[] = [];
  const server = gatedServer(tollgate, {
    name: 'desk',
    alwaysLoad: true,
    tools: [
      tool('classify', 'classifies', { item: z.string() }, async ({ item }) => {
        seen.push(item);
        return { isError: item === 'bad', content: [{ type: 'text', text: `{"class":"${item}"}` }] };
      }),
    ],
  });
  const answers = [
    asks('c1', 'mcp__desk__classify', { item: 'bug' }),
    asks('c2', 'mcp__desk__classify', { item: 'bad' }),
  ];
  const played = await play(house, tollgate, {
    answers,
    options: { tools: [], mcpServers: { desk: server } },
  });
  expect(seen).toEqual(['bug', 'bad']);
  expect(story(played)).toEqual([
    'classify executed class_1_allowed',
    'classify succeeded',
    'classify executed class_1_allowed',
    'classify failed',
  ]);
  const done = played.spans.find(({ record }) => record.outcome === 'succeeded');
  expect(done?.attributes['tollgate.content.result']).toBe('{"class":"bug"}');
  expect(done?.record.call_id).toBe('c1');
});

test('a tool that is under way when the application aborts has an unknown outcome', async () => {
  const abortController = new AbortController();
  const canUseTool: CanUseTool = async (_, updatedInput) => {
    setTimeout(() => abortController.abort(new Error('enough')), 300);
    return { behavior: 'allow', updatedInput };
  };
  const options = { abortController, canUseTool };
  const played = await play(house, tollgate, { answers: [bash('b1', 'tail -f /dev/null')], options });
  expect(story(played)).toEqual([PERMITTED, 'Bash unknown']);
  expect(played.result.status).toBe('failed');
});
