import type { LanguageModel, ToolSet } from 'ai';
import type { Tollgate, ToolDefinition } from '../face.ts';

/** What the gate should know of a tool besides what the AI SDK knows. */
export type ToolDetails = Pick<ToolDefinition<never, unknown>, 'reads' | 'hints' | 'rollbackNote'>;

export interface GateToolsOptions<T extends ToolSet> {
  readonly details?: { readonly [K in keyof T]?: ToolDetails } | undefined;
  /** Tools without `execute` that are let through, because nothing is executed (e.g. a final answer's shape). */
  readonly passThrough?: readonly (keyof T & string)[] | undefined;
}

/** The same tools, each `execute` behind the gate. @throws TypeError for a tool that executes where no gate can stand. */
export function gateTools<T extends ToolSet>(
  tollgate: Tollgate,
  tools: T,
  options: GateToolsOptions<T> = {},
): T {
  throw new Error(`not yet: ${tollgate.workflow} ${Object.keys(tools)} ${Object.keys(options)}`);
}

/** The same model, each call metered in the run whose body is executing. An aborted stream is unknown usage. */
export function meterModel(
  tollgate: Tollgate,
  model: Exclude<LanguageModel, string>,
): Exclude<LanguageModel, string> {
  throw new Error(`not yet: ${tollgate.workflow} ${model.modelId}`);
}
