import type { CallOptions, GatedTool, ModelReport, Tollgate } from '@tollgate/instrumentation';
import {
  argumentsOf,
  type Driver,
  type Scene,
  Script,
  SUB_AGENT_TOOL,
  type ToolUnderTest,
  type Transcript,
  type Turn,
  type TurnCall,
  textOf,
} from '../driver.ts';

type Tools = ReadonlyMap<string, GatedTool<unknown, unknown>>;

/** An agent without a framework: `tollgate.tool` around each function, `run.model` around each model call. */
export const functions: Driver = {
  name: 'functions',
  title: 'Plain functions',
  packageName: null,
  models: { provider: 'openai', priced: 'gpt-4o-mini' },
  async drive(scene) {
    const results: { id: string; tool: string; text: string }[] = [];
    const script = new Script(scene.turns);
    const outer = new Script([{ calls: [] }, { text: 'done' }]);
    const tools = new Map(scene.tools.map((tool) => [tool.name, gated(scene.tollgate, tool)]));
    const once = () => loop(scene, script, tools, results);
    const transcript = (ended: Pick<Transcript, 'text' | 'error'>): Transcript => ({
      ...ended,
      results,
      modelCalls: script.calls + outer.calls,
    });
    try {
      const text = scene.subAgent === true ? await delegated(scene, outer, once) : await once();
      return transcript({ text, error: undefined });
    } catch (error) {
      return transcript({ text: undefined, error });
    }
  },
};

function gated(tollgate: Tollgate, tool: ToolUnderTest): GatedTool<unknown, unknown> {
  const { name, parameters, reads, hints, rollbackNote, execute } = tool;
  return tollgate.tool<unknown, unknown>({
    name,
    reads,
    hints,
    parameters,
    rollbackNote: rollbackNote as ((args: unknown) => string) | undefined,
    execute: (args, { signal }) => execute(args, signal),
  });
}

/** A sub-agent is a tool whose code is a loop of its own. */
async function delegated(scene: Scene, outer: Script, once: () => Promise<string>): Promise<string> {
  await ask(scene, outer);
  const text = await scene.tollgate.tool({ name: SUB_AGENT_TOOL, execute: once })({});
  await ask(scene, outer);
  return text;
}

async function loop(
  scene: Scene,
  script: Script,
  tools: Tools,
  results: { id: string; tool: string; text: string }[],
): Promise<string> {
  for (;;) {
    const turn = await ask(scene, script);
    if ('text' in turn) return turn.text;
    const answers = await Promise.all(turn.calls.map(async (call) => answer(scene, tools, call)));
    results.push(...answers);
  }
}

/** What an agent's author writes around a tool: its refusal or error is what the model reads next. */
async function answer(scene: Scene, tools: Tools, call: TurnCall) {
  const about = { id: call.id, tool: call.tool };
  try {
    const tool = tools.get(call.tool);
    if (tool === undefined) throw new Error(`there is no tool ${call.tool}`);
    const args = argumentsOf(call);
    scene.hook?.(args);
    const options: CallOptions = { run: scene.run, callId: call.id, signal: scene.signal };
    return { ...about, text: textOf(await tool(args, options)) };
  } catch (error) {
    return { ...about, text: textOf(error) };
  }
}

/** One metered call of the scripted model. */
async function ask(scene: Scene, script: Script): Promise<Turn> {
  const { run, model } = scene;
  let said: Turn = { text: '' };
  const say = async (): Promise<ModelReport> => {
    said = script.next();
    if ('text' in said && said.breaksOff === true) throw new DOMException('turned away', 'AbortError');
    return { usage: said.usage, responseId: `resp-${script.calls}`, output: said };
  };
  // Without a framework nothing stands before a model call but `run.model`, and outside of a run there is none.
  if (run === undefined) return script.next();
  const { provider, id, maxOutputTokens } = model;
  await run.model({ provider, model: id, input: 'go on', maxOutputTokens }, say);
  return said;
}
