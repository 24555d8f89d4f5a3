import { type AgentInputItem, Usage } from '@openai/agents';
import {
  assistantMessage,
  functionCall,
  modelResponder,
  modelStreamResponder,
  ScriptedModel,
} from '@openai/agents/testing';
import { type Scene, Script, type Transcript, type Turn, type TurnUsage, textOf } from '../../driver.ts';

/** More answers than any loop asks for. */
const MOST = 60;

/** The SDK's own test model, saying the turns. */
export function scriptedModel(scene: Pick<Scene, 'turns'>) {
  const script = new Script(scene.turns);
  const respond = () => {
    const turn = script.next();
    return { usage: usageOf(turn.usage), output: outputOf(turn), responseId: `resp-${script.calls}` };
  };
  const steps = Array.from({ length: MOST }, (_, nth) => {
    const turn = scene.turns[nth];
    return turn !== undefined && 'text' in turn && turn.breaksOff === true
      ? modelStreamResponder(({ request }) => half(script.next(), request.signal))
      : modelResponder(respond);
  });
  const model = new ScriptedModel(steps);
  return { model, calls: () => model.calls.length, results: () => resultsIn(model.lastCall?.request.input) };
}

function outputOf(turn: Turn) {
  return 'text' in turn
    ? [assistantMessage(turn.text)]
    : turn.calls.map(({ id, tool, json }) => functionCall(tool, json, { callId: id }));
}

/** Cache reads are part of the input; what is not known is 0, as the SDK has it. */
function usageOf(usage: TurnUsage | undefined): Usage {
  if (usage === undefined) return new Usage({ requests: 1 });
  const { inputTokens, outputTokens, cacheReadTokens, cacheCreationTokens, reasoningTokens } = usage;
  return new Usage({
    inputTokens,
    outputTokens,
    inputTokensDetails: [counts({ cached_tokens: cacheReadTokens, cache_write_tokens: cacheCreationTokens })],
    outputTokensDetails: [counts({ reasoning_tokens: reasoningTokens })],
  });
}

function counts(given: Record<string, number | undefined>): Record<string, number> {
  return Object.fromEntries(
    Object.entries(given).flatMap(([name, count]) => (count === undefined ? [] : [[name, count]])),
  );
}

/** Half of the text, and then nothing until its reader turns away. */
async function* half(turn: Turn, signal: AbortSignal | undefined) {
  const text = 'text' in turn ? turn.text : '';
  yield { type: 'response_started' as const };
  yield { type: 'output_text_delta' as const, delta: text.slice(0, Math.ceil(text.length / 2)) };
  await new Promise((_, reject) => {
    signal?.addEventListener('abort', () => reject(signal.reason));
  });
}

function resultsIn(input: string | AgentInputItem[] | undefined): Transcript['results'] {
  const items = typeof input === 'string' ? [] : (input ?? []);
  return items.flatMap((item) =>
    item.type !== 'function_call_result'
      ? []
      : [{ id: item.callId, tool: item.name, text: textIn(item.output) }],
  );
}

function textIn(output: unknown): string {
  const text: unknown = Reflect.get(Object(output), 'text');
  return typeof text === 'string' ? text : textOf(output);
}
