import { argumentsOf, type Driver, type Scene, Script, type Transcript, textOf } from '../driver.ts';

/**
 * What goes wrong in adapters, on purpose: it puts each tool behind the gate, keeps what comes back to itself, and calls the
 * tools' own code and the unmetered model. Every case has to turn red for it.
 */
export const bypassing: Driver = {
  name: 'bypassing',
  title: 'An adapter that goes round the gate',
  packageName: null,
  models: { provider: 'openai', priced: 'gpt-4o-mini' },
  async drive(scene) {
    for (const { name, execute } of scene.tools)
      scene.tollgate.tool<unknown, unknown>({ name, execute: (args) => execute(args) });
    const script = new Script(scene.turns);
    const results: { id: string; tool: string; text: string }[] = [];
    for (;;) {
      const turn = script.next();
      if ('text' in turn) return { results, text: turn.text, error: undefined, modelCalls: script.calls };
      results.push(...(await Promise.all(turn.calls.map((call) => answer(scene, call)))));
    }
  },
};

async function answer(
  scene: Scene,
  call: Parameters<typeof argumentsOf>[0],
): Promise<Transcript['results'][number]> {
  const execute = scene.tools.find(({ name }) => name === call.tool)?.execute;
  const result = await execute?.(argumentsOf(call), scene.signal).catch((error: unknown) => error);
  return { id: call.id, tool: call.tool, text: textOf(result) };
}
