import { TollgateError } from '@tollgate/contract';
import type { Tollgate } from '../../face.ts';
import { ToolRefused } from '../../refused.ts';
import type { GovernedRun } from '../../run/governed-run.ts';
import { openTool } from './open-tool.ts';

/** A tool call whose arguments are not the JSON object that they have to be, as the model wrote it. */
export interface MalformedCall {
  readonly id: string | undefined;
  readonly name: string;
  readonly text: string;
}

const refusals = new WeakMap<GovernedRun, Map<string, Promise<ToolRefused>>>();

/**
 * Refuses, on record, calls that a framework would drop without a word, or repair and execute. A gated tool that is called
 * with such an id all the same answers with this very refusal (`takeRefusal`).
 */
export async function refuseMalformed(
  tollgate: Tollgate,
  run: GovernedRun,
  calls: readonly MalformedCall[],
): Promise<void> {
  const known = refusals.get(run) ?? new Map<string, Promise<ToolRefused>>();
  refusals.set(run, known);
  // Each is known before anything is awaited: the framework may call the tool while the stream still goes on.
  const refusing = calls.map(({ id, name, text }) => {
    const refused = refuse(tollgate, run, name, text, id, 'a JSON object');
    if (id !== undefined) known.set(id, refused);
    return refused;
  });
  await Promise.all(refusing);
}

/** Puts a call on record that nothing is executed for, whatever policy says of its tool. */
export async function refuse(
  tollgate: Tollgate,
  run: GovernedRun,
  name: string,
  args: unknown,
  callId: string | undefined,
  expected: string,
  path: readonly PropertyKey[] = [],
): Promise<ToolRefused> {
  const problem = { success: false, error: { issues: [{ path, message: expected }] } } as const;
  const tool = { name, parameters: { safeParse: () => problem } };
  try {
    await (await openTool(tollgate, tool, args, { run, callId })).lost();
  } catch (error) {
    if (error instanceof ToolRefused) return error;
    throw error;
  }
  throw new TollgateError('internal', `"${name}" was let through with arguments that it does not take.`);
}

/** The refusal that a call met before its tool was asked; handed out once. */
export function takeRefusal(run: GovernedRun, callId: string | undefined): Promise<ToolRefused> | undefined {
  const known = refusals.get(run);
  if (known === undefined || callId === undefined) return undefined;
  const refused = known.get(callId);
  known.delete(callId);
  return refused;
}

/** Whether a call with this id has been refused for its form, and nobody has asked for it yet. */
export function isRefused(run: GovernedRun, callId: string | undefined): boolean {
  return callId !== undefined && refusals.get(run)?.has(callId) === true;
}

/** Whether the text is what arguments have to be. */
export function isJsonObject(text: string): boolean {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value);
  } catch {
    return false;
  }
}
