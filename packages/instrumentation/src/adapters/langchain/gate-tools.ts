import type { ClientTool } from '@langchain/core/tools';
import { TollgateError } from '@tollgate/contract';
import type { Tollgate, ToolDefinition } from '../../face.ts';
import { gateRunnable, isRunnableTool } from './runnable-tool.ts';
import { gateStructured, isCallable } from './structured-tool.ts';

/** What the gate should know of a tool besides what LangChain knows. */
export type ToolDetails = Pick<ToolDefinition<never, unknown>, 'reads' | 'hints' | 'rollbackNote'>;

export interface GateToolsOptions {
  /** By tool name. */
  readonly details?: { readonly [name: string]: ToolDetails } | undefined;
}

const gatedBy = new WeakMap<object, Tollgate>();

/**
 * The same tools, the code of each behind the gate, whichever way it is invoked: ToolNode, createAgent, `invoke`, `call`,
 * `func`, `stream`, `asTool`. Waiting for approval happens there as well.
 * @throws TollgateError `invalid_request` for a tool that executes where no gate can stand.
 */
export function gateTools<const T extends readonly ClientTool[]>(
  tollgate: Tollgate,
  tools: T,
  options: GateToolsOptions = {},
): { -readonly [K in keyof T]: T[K] } {
  return tools.map((tool) => gateOne(tollgate, tool, options)) as { -readonly [K in keyof T]: T[K] };
}

export function gateOne<T extends object>(tollgate: Tollgate, tool: T, { details }: GateToolsOptions): T {
  if (gatedBy.get(tool) === tollgate) return tool;
  const name = String(Reflect.get(tool, 'name') ?? Reflect.get(tool, 'type'));
  const { reads, hints, rollbackNote } = details?.[name] ?? {};
  const identity = { name, reads, hints, rollbackNote };
  // Now, so that a strict start refuses an unlisted tool before anything runs.
  tollgate.tool({ name, execute: () => undefined });
  let gated: T;
  if (isCallable(tool)) gated = gateStructured(tollgate, tool, identity);
  else if (isRunnableTool(tool)) gated = gateRunnable(tollgate, tool, identity);
  else
    throw new TollgateError(
      'invalid_request',
      `"${name}" has no code of its own here (its provider executes it), so no gate can stand before it.`,
    );
  gatedBy.set(gated, tollgate);
  return gated;
}
