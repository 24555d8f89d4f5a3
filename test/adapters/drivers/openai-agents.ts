import {
  Agent,
  defineToolInputGuardrail,
  type Model,
  Runner,
  ToolGuardrailFunctionOutputFactory,
  tool,
} from '@openai/agents';
import { gateAgent, gateTools, meterModel } from '@tollgate/instrumentation/openai-agents';
import { type Driver, type Scene, SUB_AGENT_TOOL, type Transcript, textOf } from '../driver.ts';
import { scriptedModel } from './openai-agents/scripted-model.ts';

/** `gateTools`, `gateAgent` and `meterModel` with the SDK's own Runner. */
export const openaiAgents: Driver = {
  name: 'openai-agents',
  title: 'OpenAI Agents SDK',
  packageName: '@openai/agents',
  models: { provider: 'openai', priced: 'gpt-4o-mini' },
  async drive(scene) {
    const scripted = scriptedModel(scene);
    const agent = agentOf(scene, 'agent', scripted.model, toolsOf(scene));
    const outer = scriptedModel({
      turns: [
        { calls: [{ id: 'outer-1', tool: SUB_AGENT_TOOL, json: '{"input":"go on"}' }] },
        { text: 'done' },
      ],
    });
    let text: string | undefined;
    let error: unknown;
    try {
      text = await run(scene, scene.subAgent === true ? outerAgent(scene, agent, outer.model) : agent);
    } catch (thrown) {
      error = thrown;
    }
    return {
      results: scripted.results(),
      text,
      error,
      modelCalls: scripted.calls() + outer.calls(),
    } satisfies Transcript;
  },
};

function agentOf(scene: Scene, name: string, model: Model, tools: Agent['tools']): Agent {
  const { provider, id, maxOutputTokens } = scene.model;
  const agent = new Agent({
    name,
    model: meterModel(scene.tollgate, model, { provider, model: id }),
    ...(maxOutputTokens === undefined ? {} : { modelSettings: { maxTokens: maxOutputTokens } }),
    tools,
  });
  const { hook } = scene;
  if (hook !== undefined)
    agent.on('agent_tool_start', (_context, _tool, { toolCall }) => rewrite(toolCall, hook));
  return agent;
}

/** The sub-agent is a tool of the outer one, and itself behind the gate. */
function outerAgent(scene: Scene, inner: Agent, model: Model): Agent {
  gateAgent(scene.tollgate, inner);
  const delegate = inner.asTool({
    toolName: SUB_AGENT_TOOL,
    toolDescription: 'hands a task to another agent',
  });
  return gateAgent(scene.tollgate, agentOf(scene, 'outer', model, [delegate]));
}

function toolsOf({ tollgate, tools, hook, frameworkApproval }: Scene): Agent['tools'] {
  const made = tools.map(({ name, description, parameters, execute }) =>
    tool({
      name,
      description,
      parameters,
      needsApproval: frameworkApproval === 'says-yes',
      inputGuardrails: hook === undefined ? [] : [guardrail(hook)],
      // Without one, the SDK tells the model nothing of what went wrong.
      errorFunction: (_context, error) => textOf(error),
      execute: async (args: unknown, _context, details) => execute(args, details?.signal),
    }),
  );
  const details = tools.map(({ name, reads, hints, rollbackNote }) => [name, { reads, hints, rollbackNote }]);
  return gateTools(tollgate, made, { details: Object.fromEntries(details) });
}

function guardrail(hook: NonNullable<Scene['hook']>) {
  return defineToolInputGuardrail({
    name: 'the application’s',
    run: async ({ toolCall }) => {
      rewrite(toolCall, hook);
      return ToolGuardrailFunctionOutputFactory.allow();
    },
  });
}

/** The SDK hands out the call with its arguments as text; the application reads, and writes back what it makes of them. */
function rewrite(toolCall: object, hook: NonNullable<Scene['hook']>): void {
  const text: unknown = Reflect.get(toolCall, 'arguments');
  if (typeof text !== 'string') return;
  const args: unknown = JSON.parse(text);
  hook(args);
  Reflect.set(toolCall, 'arguments', JSON.stringify(args));
}

async function run(scene: Scene, agent: Agent): Promise<string> {
  const runner = new Runner({ tracingDisabled: true });
  const turnAway = new AbortController();
  const signal =
    scene.signal === undefined ? turnAway.signal : AbortSignal.any([scene.signal, turnAway.signal]);
  const last = scene.turns.at(-1);
  const breaksOff = last !== undefined && 'text' in last && last.breaksOff === true;
  const once = async (input: string | Parameters<typeof runner.run>[1]) => {
    if (!scene.stream) return runner.run(agent, input, { signal, maxTurns: 50 });
    const streamed = await runner.run(agent, input, { signal, maxTurns: 50, stream: true });
    for await (const event of streamed)
      if (breaksOff && event.type === 'raw_model_stream_event' && event.data.type === 'output_text_delta')
        turnAway.abort(new Error('the reader turned away'));
    await streamed.completed;
    return streamed;
  };
  let result = await once('go on');
  // The application's answer to the SDK's own question is always yes.
  while (result.interruptions.length > 0) {
    for (const asked of result.interruptions) result.state.approve(asked);
    result = await once(result.state);
  }
  return String(result.finalOutput ?? '');
}
