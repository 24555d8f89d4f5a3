import { isProviderDefinedTool } from '@mastra/core/tools';
import { TollgateError } from '@tollgate/contract';
import type { Tollgate, ToolDefinition } from '../../face.ts';
import { isGated, markGated } from '../shared/gated.ts';
import { type Executable, gateExecute, isExecutable } from './execution.ts';
import { lenient, schemaOf } from './schema.ts';

/** What the gate should know of a tool besides what Mastra knows. */
export type ToolDetails = Pick<ToolDefinition<never, unknown>, 'reads' | 'hints' | 'rollbackNote'>;

export interface GateToolsOptions<T> {
  readonly details?: { readonly [K in keyof T]?: ToolDetails } | undefined;
  /** Tools without `execute` that are let through, because nothing is executed here (e.g. the shape of a final answer). */
  readonly passThrough?: readonly (keyof T & string)[] | undefined;
}

/**
 * The same tools (`createTool`'s, or the AI SDK's), each `execute` behind the gate: in an agent's loop, as a workflow's step, or called by hand. A tool's name in
 * the workflow file is its key here, which is what the model calls it. Pausing for approval happens in the gate, so
 * `requireApproval` is not needed, and switching it off gains nothing.
 * @throws TollgateError `invalid_request` for a tool that executes where no gate can stand.
 */
export function gateTools<T extends Readonly<Record<string, object>>>(
  tollgate: Tollgate,
  tools: T,
  options: GateToolsOptions<T> = {},
): { -readonly [K in keyof T]: T[K] } {
  const gated = Object.entries(tools).map(([name, tool]) => {
    const details = options.details?.[name];
    if (isExecutable(tool) && !isProviderDefinedTool(tool))
      return [name, gateOne(tollgate, name, tool, details)];
    if (options.passThrough?.includes(name) === true && !isProviderDefinedTool(tool)) return [name, tool];
    throw new TollgateError(
      'invalid_request',
      `"${name}" has no execute of its own, so no gate can stand before it: give it one, or name it in passThrough if nothing is executed.`,
    );
  });
  return Object.fromEntries(gated) as { -readonly [K in keyof T]: T[K] };
}

function gateOne<T extends Executable>(
  tollgate: Tollgate,
  name: string,
  tool: T,
  { reads, hints, rollbackNote }: ToolDetails = {},
): T {
  if (isGated(tollgate, tool.execute)) return tool;
  // Now, so that a strict start refuses an unlisted tool before anything runs.
  tollgate.tool({ name, execute: () => undefined });
  const gated: T = Object.create(Object.getPrototypeOf(tool), Object.getOwnPropertyDescriptors(tool));
  const schema = schemaOf(tool);
  const identity = { name, reads, hints, rollbackNote };
  Object.defineProperty(gated, 'execute', {
    value: markGated(tollgate, gateExecute(tollgate, tool, identity)),
    enumerable: true,
  });
  // Mastra turns down what the schema does before it comes to `execute`, where nobody would record it: the gate asks the schema.
  if (schema !== undefined)
    Object.defineProperty(gated, 'inputSchema', { value: lenient(schema), enumerable: true, writable: true });
  return gated;
}
