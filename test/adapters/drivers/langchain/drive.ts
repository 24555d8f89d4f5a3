import type { BaseMessage } from '@langchain/core/messages';
import type { DynamicStructuredTool } from '@langchain/core/tools';
import type { Scene, Transcript } from '../../driver.ts';
import { scriptedModel } from './scripted-turns.ts';
import { callbacksOf, delegateTo, OUTER_TURNS, toolsOf } from './toolbox.ts';

type Scripted = ReturnType<typeof scriptedModel>['model'];
type State = { readonly messages: BaseMessage[] };

/** What createAgent makes and what a StateGraph compiles to have in common. */
export interface Agent {
  invoke(input: State, config: object): Promise<State>;
  /** Values and messages of the model, as `['messages', [chunk, …]]` and `['values', state]`. */
  stream(input: State, config: object): Promise<AsyncIterable<unknown>>;
}

export type MakeAgent = (scene: Scene, model: Scripted, tools: readonly DynamicStructuredTool[]) => Agent;

/** Drives one scene; with `subAgent`, an outer agent of the same make calls the inner one through a tool. */
export function driveWith(make: MakeAgent): (scene: Scene) => Promise<Transcript> {
  return async (scene) => {
    if (scene.subAgent !== true) return play(make, scene, toolsOf(scene.tools));
    let inner: Transcript | undefined;
    const delegate = delegateTo(async () => {
      inner = await play(make, scene, toolsOf(scene.tools));
      return inner.text;
    });
    const outer = await play(make, { ...scene, turns: OUTER_TURNS, hook: undefined }, [delegate]);
    return {
      results: inner?.results ?? [],
      text: inner?.text,
      error: inner?.error ?? outer.error,
      modelCalls: outer.modelCalls + (inner?.modelCalls ?? 0),
    };
  };
}

async function play(
  make: MakeAgent,
  scene: Scene,
  tools: readonly DynamicStructuredTool[],
): Promise<Transcript> {
  const scripted = scriptedModel(scene);
  let text: string | undefined;
  let error: unknown;
  try {
    text = await loop(make(scene, scripted.model, tools), scene);
  } catch (thrown) {
    error = thrown;
  }
  return { results: scripted.results(), text, error, modelCalls: scripted.calls() };
}

async function loop(agent: Agent, scene: Scene): Promise<string | undefined> {
  const turnAway = new AbortController();
  const input: State = { messages: [] };
  const config = {
    recursionLimit: 200,
    signal: scene.signal === undefined ? turnAway.signal : AbortSignal.any([scene.signal, turnAway.signal]),
    ...callbacksOf(scene),
  };
  if (!scene.stream) return lastText(await agent.invoke(input, config));
  const last = scene.turns.at(-1);
  const breaksOff = last !== undefined && 'text' in last && last.breaksOff === true;
  let state: State = input;
  for await (const part of await agent.stream(input, { ...config, streamMode: ['messages', 'values'] })) {
    const [mode, payload] = part as ['messages', [BaseMessage]] | ['values', State];
    if (mode === 'values') state = payload;
    else if (breaksOff && payload[0].content !== '') turnAway.abort(new Error('the reader turned away'));
  }
  return lastText(state);
}

function lastText({ messages }: State): string | undefined {
  const last = messages.at(-1);
  return typeof last?.content === 'string' ? last.content : undefined;
}
