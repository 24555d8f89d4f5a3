import type { Options, SDKMessage } from '@anthropic-ai/claude-agent-sdk';
import { type GovernedQuery, governedQuery } from '../../../src/adapters/claude-agent-sdk.ts';
import type { Run, RunResult, Tollgate } from '../../../src/face.ts';
import { type House, SAM } from '../../support/house.ts';
import { chainOf, type StoredSpan, storyOf } from '../../support/spans.ts';
import {
  type Answer,
  type Block,
  type MessagesRequest,
  openFakeProvider,
  resultsIn,
} from './fake-provider.ts';
import { openSandbox } from './sandbox.ts';

export const MODEL = 'claude-sonnet-4-5';
export const USAGE = {
  input_tokens: 10,
  cache_read_input_tokens: 100,
  cache_creation_input_tokens: 20,
  output_tokens: 7,
};

export const says = (text: string): Answer => ({ content: [{ type: 'text', text }], usage: USAGE });
export const asks = (id: string, name: string, input: unknown): Answer => ({
  content: [asking(id, name, JSON.stringify(input))],
  usage: USAGE,
});
export const asking = (id: string, name: string, json: string): Block => ({
  type: 'tool_use',
  id,
  name,
  json,
});
export const bash = (id: string, command: string): Answer =>
  asks(id, 'Bash', { command, description: 'tests' });

export interface Play {
  readonly answers: readonly Answer[] | ((request: MessagesRequest) => Answer);
  readonly prompt?: GovernedQuery['prompt'];
  readonly options?: Options | ((directory: string) => Options);
  readonly governed?: Omit<GovernedQuery, 'prompt' | 'options'>;
  /** Called when it is over, while the sandbox is still there. */
  readonly ending?: () => void;
  /** Called with each message; true ends the reading. */
  readonly reader?: (message: SDKMessage, run: Run) => boolean;
}

export interface Played {
  readonly result: RunResult<readonly SDKMessage[]>;
  /** What the model got to read of each call. */
  readonly read: ReadonlyMap<string, string>;
  readonly requests: readonly MessagesRequest[];
  readonly spans: readonly StoredSpan[];
  readonly records: readonly StoredSpan['record'][];
}

/** One governed query of the real Claude Code in a run of its own, and what the collector then has of it. */
export async function play(house: House, tollgate: Tollgate, scene: Play): Promise<Played> {
  const { answers, prompt = 'go on', options = {}, governed, reader = () => false } = scene;
  const script = typeof answers === 'function' ? answers : undefined;
  const provider = await openFakeProvider((request, nth) => {
    if (script !== undefined) return script(request);
    return (answers as readonly Answer[])[nth] ?? says('done');
  });
  const { directory, env, close } = await openSandbox(provider.url);
  const given = typeof options === 'function' ? options(directory) : options;
  const whole: Options = {
    model: MODEL,
    cwd: directory,
    settingSources: [],
    tools: ['Bash', 'Agent'],
    ...given,
    env: { ...env, ...given.env },
  };
  const result = await tollgate.run({ initiator: SAM, initiatorToken: house.tokenOf(SAM) }, async (run) => {
    const messages: SDKMessage[] = [];
    for await (const message of governedQuery(tollgate, { ...governed, prompt, options: whole })) {
      messages.push(message);
      if (reader(message, run)) break;
    }
    return messages;
  });
  scene.ending?.();
  await provider.close();
  await close();
  await tollgate.flush();
  const spans = chainOf(house.spans(), result.runId);
  const { requests } = provider;
  return { result, requests, read: resultsIn(requests), spans, records: spans.map(({ record }) => record) };
}

/** `tool enforcement reason` of each ruling, and `tool outcome` of each end, in order. */
export function story({ records }: Played): readonly string[] {
  return storyOf(records);
}
