import { Agent } from '@mastra/core/agent';
import { Mastra } from '@mastra/core/mastra';
import { createTool } from '@mastra/core/tools';
import { gateTools, meterModel } from '@tollgate/instrumentation/mastra';
import { z } from 'zod';
import { type Driver, type Scene, SUB_AGENT_TOOL, type Transcript } from '../driver.ts';
import { scriptedModel } from './mastra/scripted-turns.ts';

process.env['MASTRA_TELEMETRY_DISABLED'] = '1';

/** `gateTools` and `meterModel` with Mastra's Agent: generate, or stream where the scene streams. */
export const mastra: Driver = {
  name: 'mastra',
  title: 'Mastra',
  packageName: '@mastra/core',
  models: { provider: 'openai', priced: 'gpt-4o-mini' },
  drive: (scene) => (scene.subAgent === true ? driveOuter(scene) : play(scene, toolsOf(scene))),
};

type Tools = Record<string, ReturnType<typeof createTool>>;

const OUTER_TURNS: Scene['turns'] = [
  { calls: [{ id: 'outer-1', tool: SUB_AGENT_TOOL, json: '{"task":"go on"}' }] },
  { text: 'done' },
];

/** The outer agent's only tool runs the inner agent; it is behind the gate like any other. */
async function driveOuter(scene: Scene): Promise<Transcript> {
  let inner: Transcript | undefined;
  const delegate = createTool({
    id: SUB_AGENT_TOOL,
    description: 'hands a task to another agent',
    inputSchema: z.object({ task: z.string() }),
    execute: async () => {
      inner = await play(scene, toolsOf(scene));
      return inner.text ?? '';
    },
  });
  const tools: Tools = { [SUB_AGENT_TOOL]: delegate as Tools[string] };
  const outer = await play(
    { ...scene, turns: OUTER_TURNS, hook: undefined },
    gateTools(scene.tollgate, tools),
  );
  return {
    results: inner?.results ?? [],
    text: inner?.text,
    error: inner?.error ?? outer.error,
    modelCalls: outer.modelCalls + (inner?.modelCalls ?? 0),
  };
}

function toolsOf({ tollgate, tools, frameworkApproval }: Scene): Tools {
  const made = tools.map(({ name, description, parameters, execute }) => [
    name,
    createTool({
      id: name,
      description,
      inputSchema: parameters,
      ...(frameworkApproval === 'says-yes' ? { requireApproval: () => false } : {}),
      execute: async (input, context) => execute(input, context.abortSignal),
    }),
  ]);
  const details = tools.map(({ name, reads, hints, rollbackNote }) => [name, { reads, hints, rollbackNote }]);
  return gateTools(tollgate, Object.fromEntries(made) as Tools, { details: Object.fromEntries(details) });
}

async function play(scene: Scene, tools: Tools): Promise<Transcript> {
  const scripted = scriptedModel(scene);
  const agent = new Agent({
    id: 'agent',
    name: 'agent',
    instructions: 'go on',
    model: meterModel(scene.tollgate, scripted.model),
    tools,
    ...hooksOf(scene),
  });
  // Only for its logger, which would print what a case means to go wrong.
  const quiet = new Mastra({ agents: { agent }, logger: false });
  let text: string | undefined;
  let error: unknown;
  try {
    text = await loop(quiet.getAgent('agent'), scene);
  } catch (thrown) {
    error = thrown;
  }
  return { results: scripted.results(), text, error, modelCalls: scripted.calls() };
}

/** Mastra hands out the very object that the tool is then called with. */
function hooksOf({ hook }: Scene) {
  if (hook === undefined) return {};
  const heard = ({ input }: { input: unknown }) => hook(input);
  return { hooks: { beforeToolCall: heard, afterToolCall: heard } };
}

async function loop(agent: Agent, scene: Scene): Promise<string> {
  const turnAway = new AbortController();
  const { maxOutputTokens } = scene.model;
  const options = {
    maxSteps: 100,
    modelSettings: { maxRetries: 0, ...(maxOutputTokens === undefined ? {} : { maxOutputTokens }) },
    abortSignal:
      scene.signal === undefined ? turnAway.signal : AbortSignal.any([scene.signal, turnAway.signal]),
    ...(scene.frameworkApproval === 'says-yes' ? { requireToolApproval: false } : {}),
  };
  if (!scene.stream) return (await agent.generate('go on', options)).text;
  const last = scene.turns.at(-1);
  const breaksOff = last !== undefined && 'text' in last && last.breaksOff === true;
  const stream = await agent.stream('go on', options);
  let text = '';
  for await (const part of stream.textStream) {
    text += part;
    if (breaksOff) turnAway.abort(new Error('the reader turned away'));
  }
  if (stream.error !== undefined) throw stream.error;
  return text;
}
