import { gateTools, meterModel } from '@tollgate/instrumentation/ai-sdk';
import { generateText, stepCountIs, streamText, type ToolSet, tool } from 'ai';
import { z } from 'zod';
import { type Driver, type Scene, SUB_AGENT_TOOL, type Transcript } from '../driver.ts';
import { scriptedModel } from './ai-sdk/scripted-model.ts';

/** `gateTools` and `meterModel` with the AI SDK's own loops: generateText, or streamText where the scene streams. */
export const aiSdk: Driver = {
  name: 'ai-sdk',
  title: 'Vercel AI SDK',
  packageName: 'ai',
  models: { provider: 'openai', priced: 'gpt-4o-mini' },
  drive: (scene) => (scene.subAgent === true ? driveOuter(scene) : driveLoop(scene)),
};

async function driveLoop(scene: Scene): Promise<Transcript> {
  const scripted = scriptedModel(scene);
  let text: string | undefined;
  let error: unknown;
  try {
    text = await loop(scene, scripted.model, toolsOf(scene));
  } catch (thrown) {
    error = thrown;
  }
  return { results: scripted.results(), text, error, modelCalls: scripted.calls() };
}

/** The outer loop's only tool runs the inner loop; it is behind the gate like any other. */
async function driveOuter(scene: Scene): Promise<Transcript> {
  const delegate = { id: 'outer-1', tool: SUB_AGENT_TOOL, json: '{"task":"go on"}' };
  const outer = scriptedModel({ model: scene.model, turns: [{ calls: [delegate] }, { text: 'done' }] });
  let inner: Transcript | undefined;
  const tools = gateTools(scene.tollgate, {
    [SUB_AGENT_TOOL]: tool({
      description: 'hands a task to another agent',
      inputSchema: z.object({ task: z.string() }),
      execute: async () => {
        inner = await driveLoop(scene);
        return inner.text ?? '';
      },
    }),
  });
  let error: unknown;
  await loop(scene, outer.model, tools).catch((thrown: unknown) => {
    error = thrown;
  });
  return {
    results: inner?.results ?? [],
    text: inner?.text,
    error: inner?.error ?? error,
    modelCalls: outer.calls() + (inner?.modelCalls ?? 0),
  };
}

function toolsOf({ tollgate, tools, frameworkApproval }: Scene): ToolSet {
  const entries = tools.map(({ name, description, parameters, execute }) => [
    name,
    tool({
      description,
      inputSchema: parameters,
      execute: async (args: unknown, { abortSignal }) => execute(args, abortSignal),
      ...(frameworkApproval === 'says-yes' ? { needsApproval: false } : {}),
    }),
  ]);
  const details = tools.map(({ name, reads, hints, rollbackNote }) => [name, { reads, hints, rollbackNote }]);
  return gateTools(tollgate, Object.fromEntries(entries) as ToolSet, {
    details: Object.fromEntries(details),
  });
}

async function loop(
  scene: Scene,
  model: ReturnType<typeof scriptedModel>['model'],
  tools: ToolSet,
): Promise<string> {
  const turnAway = new AbortController();
  const settings = {
    model: meterModel(scene.tollgate, model),
    tools,
    prompt: 'go on',
    stopWhen: stepCountIs(50),
    maxRetries: 0,
    ...(scene.model.maxOutputTokens === undefined ? {} : { maxOutputTokens: scene.model.maxOutputTokens }),
    abortSignal:
      scene.signal === undefined ? turnAway.signal : AbortSignal.any([scene.signal, turnAway.signal]),
    ...hooksOf(scene),
    ...(scene.frameworkApproval === 'says-yes' ? { toolApproval: () => 'approved' as const } : {}),
  };
  if (!scene.stream) return (await generateText(settings)).text;
  return readStream(scene, settings, turnAway);
}

type Settings = Parameters<typeof streamText>[0] & Parameters<typeof generateText>[0];

async function readStream(scene: Scene, settings: Settings, turnAway: AbortController): Promise<string> {
  let failure: unknown;
  const result = streamText({
    ...settings,
    onError: ({ error }: { error: unknown }) => {
      failure ??= error;
    },
  });
  const last = scene.turns.at(-1);
  const breaksOff = last !== undefined && 'text' in last && last.breaksOff === true;
  let text = '';
  for await (const part of result.stream) {
    if (part.type === 'text-delta') text += part.text;
    if (part.type === 'text-delta' && breaksOff) turnAway.abort(new Error('the reader turned away'));
  }
  if (failure !== undefined) throw failure;
  return text;
}

/** Every place where an application can put its own code around a tool call. */
function hooksOf({ hook, tools }: Scene) {
  if (hook === undefined) return {};
  const refine = (input: unknown) => {
    hook(input);
    return input;
  };
  return {
    onToolExecutionStart: ({ toolCall }: { toolCall: { input: unknown } }) => hook(toolCall.input),
    onToolExecutionEnd: ({ toolCall }: { toolCall: { input: unknown } }) => hook(toolCall.input),
    experimental_refineToolInput: Object.fromEntries(tools.map(({ name }) => [name, refine])),
    telemetry: {
      integrations: [
        { onToolExecutionStart: (event: { toolCall: { input: unknown } }) => hook(event.toolCall.input) },
      ],
    },
  };
}
