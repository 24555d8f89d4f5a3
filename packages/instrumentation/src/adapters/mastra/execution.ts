import { isValidationError, validateToolInput } from '@mastra/core/tools';
import type { Tollgate } from '../../face.ts';
import type { GovernedRun } from '../../run/governed-run.ts';
import { type OpenToolCall, openTool, type ToolIdentity } from '../shared/open-tool.ts';
import { refuse, takeRefusal } from '../shared/refuse-malformed.ts';
import { requireRun } from '../shared/require-run.ts';
import { schemaOf, withoutSchema } from './schema.ts';

type Suspend = (...given: unknown[]) => unknown;

/** Mastra's context of one execution: an agent's, a workflow's or a bare one; an AI SDK tool's options are flat. */
interface Context {
  readonly abortSignal?: AbortSignal | undefined;
  readonly toolCallId?: string | undefined;
  readonly suspend?: Suspend | undefined;
  readonly agent?: { readonly toolCallId?: string | undefined; readonly suspend?: Suspend | undefined };
  readonly workflow?: { readonly suspend?: Suspend | undefined };
}

/** A tool with code of its own, as far as a gate needs it. */
export interface Executable {
  readonly execute: (...given: unknown[]) => unknown;
}

export function isExecutable(tool: object): tool is Executable {
  return 'execute' in tool && typeof tool.execute === 'function';
}

/** `execute` with the gate before the tool's own. @throws ToolRefused; what the tool throws otherwise. */
export function gateExecute(tollgate: Tollgate, tool: Executable, identity: ToolIdentity) {
  return (input: unknown, context?: Context): Promise<unknown> => {
    const run = requireRun(tollgate, identity.name);
    const callId = context?.agent?.toolCallId || context?.toolCallId;
    return run.track(dispatch({ tollgate, run, tool, identity, callId }, input, context));
  };
}

interface Facts {
  readonly tollgate: Tollgate;
  readonly run: GovernedRun;
  readonly tool: Executable;
  readonly identity: ToolIdentity;
  readonly callId: string | undefined;
}

async function dispatch(facts: Facts, input: unknown, context: Context | undefined): Promise<unknown> {
  const { tollgate, run, tool, identity, callId } = facts;
  const refused = await takeRefusal(run, callId);
  if (refused !== undefined) throw refused;
  const args = await validated(facts, input);
  const open = await openTool(tollgate, identity, args, { run, callId, signal: context?.abortSignal });
  const watch = { suspended: false };
  try {
    const seen = watched(context, open.signal, watch);
    const result = await withoutSchema(tool, () => tool.execute(open.args, seen));
    await end(open, result, watch.suspended);
    return result;
  } catch (error) {
    // One that asked to be suspended has not failed: what it did so far is unknown, and it is called anew on resume.
    await (watch.suspended ? open.lost() : open.failed(error));
    throw error;
  }
}

/** By Mastra's own reading of the schema, which forgives a little (nulls, JSON in strings): what it makes of it is decided on. */
async function validated({ tollgate, run, tool, identity, callId }: Facts, input: unknown): Promise<unknown> {
  const schema = schemaOf(tool);
  if (schema === undefined) return input;
  const { data, error } = validateToolInput(schema, input, identity.name);
  if (error === undefined) return data;
  const [path, message] = complaint(error.validationErrors);
  throw await refuse(tollgate, run, identity.name, input, callId, message, path);
}

/** The first field that is wrong, and what is wrong with it. */
function complaint(found: unknown, path: readonly string[] = []): readonly [readonly string[], string] {
  const { errors, fields } = Object(found) as { errors?: readonly string[]; fields?: object };
  const [message] = errors ?? [];
  if (message !== undefined) return [path, message];
  const [field] = Object.entries(fields ?? {});
  return field === undefined
    ? [path, 'what the tool’s schema says']
    : complaint(field[1], [...path, field[0]]);
}

function end(open: OpenToolCall, result: unknown, suspended: boolean): Promise<unknown> {
  if (suspended && result === undefined) return open.lost();
  // Mastra's way to say that output or context do not fit their schemas.
  if (isValidationError(result)) return open.failed(new Error(result.message));
  return open.done(result);
}

/** The context with the call's signal, and with an ear on `suspend`. */
function watched(context: Context | undefined, abortSignal: AbortSignal, watch: { suspended: boolean }) {
  const hear = <T extends { readonly suspend?: Suspend | undefined }>(part: T): T =>
    part.suspend === undefined
      ? part
      : {
          ...part,
          suspend: (...given: unknown[]) => {
            watch.suspended = true;
            return part.suspend?.(...given);
          },
        };
  return {
    ...hear({ ...context, abortSignal }),
    ...(context?.agent === undefined ? {} : { agent: hear(context.agent) }),
    ...(context?.workflow === undefined ? {} : { workflow: hear(context.workflow) }),
  };
}
